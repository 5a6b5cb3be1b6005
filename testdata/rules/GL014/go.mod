module example.com/rules/gl014

go 1.21
