module example.com/rules/pn011

go 1.21
