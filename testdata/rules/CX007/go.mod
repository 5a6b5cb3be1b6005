module example.com/rules/cx007

go 1.21
