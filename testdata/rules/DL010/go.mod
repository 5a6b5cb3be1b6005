module example.com/rules/dl010

go 1.21
