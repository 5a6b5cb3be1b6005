module example.com/rules/dr009

go 1.22
