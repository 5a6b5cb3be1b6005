module example.com/rules/dr005

go 1.21
