module example.com/rules/rs003

go 1.21
