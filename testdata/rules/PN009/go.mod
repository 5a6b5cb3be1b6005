module example.com/rules/pn009

go 1.21
