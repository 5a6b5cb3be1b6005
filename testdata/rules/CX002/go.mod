module example.com/rules/cx002

go 1.21
