module example.com/rules/gl007

go 1.21
