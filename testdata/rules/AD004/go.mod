module example.com/rules/ad004

go 1.21
