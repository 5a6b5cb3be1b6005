module example.com/rules/rs001

go 1.21
