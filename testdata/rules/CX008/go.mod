module example.com/rules/cx008

go 1.21
