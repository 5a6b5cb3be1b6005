module example.com/rules/gl009

go 1.21
