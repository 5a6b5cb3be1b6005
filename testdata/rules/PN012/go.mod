module example.com/rules/pn012

go 1.22
