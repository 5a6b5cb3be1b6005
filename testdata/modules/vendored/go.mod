module example.com/vendored

go 1.21

require (
	example.com/one v1.1.0
	example.com/two v0.2.0
)

replace (
	example.com/one => ../vendored-sources/one
	example.com/two v0.2.0 => ../vendored-sources/two
)
