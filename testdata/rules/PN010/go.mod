module example.com/rules/pn010

go 1.21
