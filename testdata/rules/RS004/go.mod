module example.com/rules/rs004

go 1.21
