module example.com/rules/dr012

go 1.22
