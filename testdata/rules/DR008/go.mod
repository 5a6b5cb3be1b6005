module example.com/dr008

go 1.21
