module example.com/rules/gl005

go 1.21
