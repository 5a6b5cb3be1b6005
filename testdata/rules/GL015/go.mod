module example.com/rules/gl015

go 1.21

require (
	golang.org/x/sync v0.0.0
	google.golang.org/grpc v0.0.0
)

replace (
	golang.org/x/sync => ./sync
	google.golang.org/grpc => ./grpc
)
