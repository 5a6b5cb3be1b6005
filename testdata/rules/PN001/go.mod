module example.com/pn001

go 1.22
