module example.com/rules/dl009

go 1.21
