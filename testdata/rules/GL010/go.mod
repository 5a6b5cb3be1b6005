module example.com/rules/gl010

go 1.21
