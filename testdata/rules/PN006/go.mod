module example.com/rules/pn006

go 1.21
