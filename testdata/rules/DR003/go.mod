module example.com/rules/dr003

go 1.21
