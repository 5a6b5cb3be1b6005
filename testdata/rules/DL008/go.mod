module example.com/dl008

go 1.22
