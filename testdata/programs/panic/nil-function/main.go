package main

import "fmt"

type event struct{ name string }

type hooks struct {
	before func(event)
	after  func(event)
}

func (h *hooks) fire(e event) {
	h.before(e)
	fmt.Println("event", e.name)
	h.after(e) // MARK: BUG
}

func main() {
	h := &hooks{before: func(e event) { fmt.Println("before", e.name) }}
	h.fire(event{name: "deploy"})
}
