module example.com/dr006

go 1.21
