//go:build go1.23

package main

import "fmt"

type ring struct {
	items []string
	next  int
}

// Each yields every item once, starting at the next one.
func (r *ring) Each(yield func(int, string) bool) {
	for i := range r.items {
		k := (r.next + i) % len(r.items)
		yield(k, r.items[k]) // MARK: BUG
	}
}

func (r *ring) find(want string) int {
	for k, item := range r.Each {
		if item == want {
			return k
		}
	}
	return -1
}

func main() {
	r := &ring{items: []string{"red", "green", "blue"}, next: 1}
	fmt.Println(r.find("blue"))
}
