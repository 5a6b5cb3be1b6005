module example.com/rules/gl013

go 1.21
