module example.com/dl007

go 1.22
