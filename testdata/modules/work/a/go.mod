module example.com/a

go 1.23

require example.com/shared v1.0.0
