module example.com/rules/rs008

go 1.22
