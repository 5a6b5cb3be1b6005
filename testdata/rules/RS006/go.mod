module example.com/rules/rs006

go 1.21
