module example.com/dr010

go 1.21
