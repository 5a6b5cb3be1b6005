package main

import (
	"example.com/files"
	_ "example.com/files/internal/secret"
)

func main() { println(files.Where()) }
