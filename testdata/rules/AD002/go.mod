module example.com/rules/ad002

go 1.21
