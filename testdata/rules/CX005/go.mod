module example.com/rules/cx005

go 1.21
