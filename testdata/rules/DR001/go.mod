module example.com/dr001

go 1.21
