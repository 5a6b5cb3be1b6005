module example.com/one

go 1.19

require example.com/two v0.1.0
