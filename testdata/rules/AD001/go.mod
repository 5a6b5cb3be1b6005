module example.com/rules/ad001

go 1.21
