module example.com/dr002

go 1.21
