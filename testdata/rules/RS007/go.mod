module example.com/rules/rs007

go 1.21
