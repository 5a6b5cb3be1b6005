module example.com/rules/gl016

go 1.21
