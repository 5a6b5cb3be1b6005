module example.com/rules/rs010

go 1.21
