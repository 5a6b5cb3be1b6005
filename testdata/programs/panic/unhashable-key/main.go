package main

import "fmt"

type memo struct {
	results map[interface{}]int
	misses  int
}

func (m *memo) get(key interface{}, compute func() int) int {
	if v, ok := m.results[key]; ok { // MARK: BUG
		return v
	}
	m.misses++
	m.results[key] = compute()
	return m.results[key]
}

func main() {
	m := &memo{results: make(map[interface{}]int)}
	fmt.Println(m.get("sum", func() int { return 3 }))
	fmt.Println(m.get([]int{1, 2}, func() int { return 3 }))
}
