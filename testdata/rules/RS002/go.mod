module example.com/rules/rs002

go 1.21
