module example.com/pn005

go 1.22
