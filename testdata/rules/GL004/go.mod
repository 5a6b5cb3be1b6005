module example.com/rules/gl004

go 1.21
