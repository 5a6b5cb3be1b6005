package main

import "fmt"

type task struct {
	name string
	err  error
}

func (t *task) fail() {
	panic(t.err) // MARK: BUG
}

func run(tasks []*task) {
	for _, t := range tasks {
		if t.name == "" {
			t.fail()
		}
		fmt.Println("ran", t.name)
	}
}

func main() {
	run([]*task{{name: "index"}, {}})
}
