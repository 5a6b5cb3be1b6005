module example.com/rules/cx004

go 1.21
