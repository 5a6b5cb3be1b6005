module example.com/dl003

go 1.22
