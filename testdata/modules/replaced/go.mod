module example.com/replaced

go 1.25

require (
	example.com/dep v1.2.3
	example.com/dep/nested v0.1.0
	example.com/fork v1.0.0
	example.com/old v1.0.0
)

require example.com/lazy v0.0.1 // indirect

replace (
	example.com/dep => ./dep
	example.com/dep/nested => ./dep/nested
	example.com/fork v1.0.0 => ./elsewhere/fork
	example.com/lazy => ./lazy
	example.com/old => ./old
)

exclude example.com/dep v1.2.4

ignore (
	./assets
	node_modules
)
