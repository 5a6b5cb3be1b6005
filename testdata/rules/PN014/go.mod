module example.com/rules/pn014

go 1.21
