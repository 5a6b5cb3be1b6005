module example.com/pn002

go 1.22
