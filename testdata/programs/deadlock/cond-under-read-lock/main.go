package main

import (
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

// Replica applies log entries; its table may be swapped by a snapshot.
type Replica struct {
	table   sync.RWMutex
	rows    map[int]string
	mu      sync.Mutex
	moved   *sync.Cond
	applied int
}

// WaitApplied reads a row as of index.
func (r *Replica) WaitApplied(index int) string {
	r.table.RLock()
	defer r.table.RUnlock()
	r.mu.Lock()
	for r.applied < index {
		r.moved.Wait() // MARK: WAIT
	}
	r.mu.Unlock()
	return r.rows[index]
}

// Apply stores an entry and wakes the readers.
func (r *Replica) Apply(index int, row string) {
	r.table.Lock()
	r.rows[index] = row
	r.table.Unlock()
	r.mu.Lock()
	r.applied = index
	r.mu.Unlock()
	r.moved.Broadcast()
}

func main() {
	harness.Every(10*time.Second, func() {
		r := &Replica{rows: make(map[int]string)}
		r.moved = sync.NewCond(&r.mu)
		go r.WaitApplied(1)
		time.Sleep(5 * time.Millisecond)
		go r.Apply(1, "first")
	})
	harness.Run()
}
