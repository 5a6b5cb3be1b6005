module example.com/rules/gl011

go 1.21
