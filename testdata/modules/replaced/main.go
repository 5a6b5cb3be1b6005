package main

import (
	"example.com/dep"
	"example.com/dep/nested"
	"example.com/fork/sub"
	"example.com/old"
)

func main() { println(dep.Name, nested.Name, sub.Name, old.Name) }
