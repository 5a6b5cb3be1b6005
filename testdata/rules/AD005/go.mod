module example.com/rules/ad005

go 1.25
