module example.com/rules/rs009

go 1.21
