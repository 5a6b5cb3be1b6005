module example.com/dl004

go 1.22
