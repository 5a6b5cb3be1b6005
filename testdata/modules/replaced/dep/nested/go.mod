module example.com/dep/nested

go 1.21

require example.com/dep v1.2.0
