module example.com/dl005

go 1.22
