module example.com/pn004

go 1.22
