module example.com/rules/ad003

go 1.25
