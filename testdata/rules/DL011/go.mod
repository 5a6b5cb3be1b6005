module example.com/rules/dl011

go 1.21
