package main

import (
	"example.com/one"
	"example.com/two/sub"
)

func main() { println(one.Name, sub.Name) }
