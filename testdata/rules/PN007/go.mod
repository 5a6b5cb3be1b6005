module example.com/rules/pn007

go 1.21
