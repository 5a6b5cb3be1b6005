package main

import (
	"fmt"
	"sync"
)

type table struct {
	mu   sync.RWMutex
	rows []string
}

func (t *table) scan(visit func(row string) bool) {
	t.mu.RLock()
	for _, row := range t.rows {
		if !visit(row) {
			break
		}
	}
	t.mu.RUnlock() // MARK: BUG
}

func (t *table) truncateAt(limit string) {
	t.scan(func(row string) bool {
		if row < limit {
			return true
		}
		t.mu.RUnlock()
		t.mu.Lock()
		t.rows = t.rows[:1]
		t.mu.Unlock()
		return false
	})
}

func main() {
	t := &table{rows: []string{"a", "m", "z"}}
	t.truncateAt("k")
	fmt.Println(t.rows)
}
