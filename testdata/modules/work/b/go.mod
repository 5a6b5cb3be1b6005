module example.com/b

go 1.16

require example.com/shared v0.9.0

replace example.com/shared v0.9.0 => ./nowhere
