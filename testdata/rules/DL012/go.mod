module example.com/rules/dl012

go 1.21
