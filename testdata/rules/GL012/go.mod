module example.com/rules/gl012

go 1.21
