module example.com/rules/dl006

go 1.21
