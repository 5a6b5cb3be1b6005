module example.com/rules/cx003

go 1.21
