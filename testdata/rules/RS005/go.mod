module example.com/rules/rs005

go 1.21
