module example.com/rules/pn013

go 1.21
