package main

import (
	"fmt"
	"sort"
	"sync"
)

type hub struct {
	members map[int]string
}

func (h *hub) names() []string {
	var out []string
	for _, n := range h.members { // MARK: RANGE
		out = append(out, n)
	}
	sort.Strings(out)
	return out
}

func (h *hub) join(id int, name string) {
	h.members[id] = name // MARK: JOIN
}

func main() {
	h := &hub{members: map[int]string{1: "ann"}}
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		h.join(1, "anna")
	}()
	fmt.Println(h.names())
	wg.Wait()
}
