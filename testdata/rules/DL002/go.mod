module example.com/dl002

go 1.22
