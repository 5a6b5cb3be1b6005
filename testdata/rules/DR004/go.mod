module example.com/rules/dr004

go 1.22
