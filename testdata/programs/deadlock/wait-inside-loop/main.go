package main

import (
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

type migration struct {
	tables  []string
	mu      sync.Mutex
	applied map[string]bool
}

func (m *migration) alter(table string) {
	time.Sleep(time.Millisecond)
	m.mu.Lock()
	m.applied[table] = true
	m.mu.Unlock()
}

func (m *migration) apply() {
	var wg sync.WaitGroup
	wg.Add(len(m.tables))
	for _, t := range m.tables {
		go func(table string) {
			defer wg.Done()
			m.alter(table)
		}(t)
		wg.Wait() // MARK: BUG
	}
}

func main() {
	harness.Every(10*time.Second, func() {
		m := &migration{
			tables:  []string{"users", "orders", "payments"},
			applied: make(map[string]bool),
		}
		go m.apply()
		time.Sleep(5 * time.Millisecond)
	})
	harness.Run()
}
