module example.com/rules/pn008

go 1.21
