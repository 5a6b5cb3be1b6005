module example.com/dl001

go 1.22
