module example.com/rules/dr011

go 1.22
