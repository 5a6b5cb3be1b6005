module example.com/rules/cx001

go 1.21
