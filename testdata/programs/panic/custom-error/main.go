package main

import (
	"errors"
	"fmt"
)

var errNotFound = errors.New("not found")

type openError struct {
	path string
	err  error
}

func (e *openError) Error() string { return "open " + e.path + ": " + e.err.Error() }
func (e *openError) Unwrap() error { return e.err }

type file struct{ path string }

func open(path string) (*file, error) {
	if path == "" || path[0] != '/' {
		return nil, &openError{path: path, err: errNotFound}
	}
	return &file{path: path}, nil
}

func mustOpen(path string) *file {
	f, err := open(path)
	if err != nil {
		panic(fmt.Errorf("configuration: %w", err)) // MARK: BUG
	}
	return f
}

func main() {
	fmt.Println(mustOpen("/etc/app.conf").path)
	fmt.Println(mustOpen("app.conf").path)
}
