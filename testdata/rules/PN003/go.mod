module example.com/rules/pn003

go 1.21
