package main

import "fmt"

type violation struct {
	rule  string
	limit int
	got   int
}

func check(rule string, limit, got int) {
	if got > limit {
		panic(violation{rule: rule, limit: limit, got: got}) // MARK: BUG
	}
}

func main() {
	check("max-rows", 100, 90)
	check("max-cols", 16, 40)
	fmt.Println("ok")
}
