// Package helper has tables.
package helper

import "sync"

// Registry is for all.
var Registry = map[string]int{}

// Table is for one goroutine.
type Table struct{ rows map[string]int }

// NewTable is empty.
func NewTable() *Table { return &Table{rows: map[string]int{}} }

// Set writes.
func (t *Table) Set(key string, value int) { t.rows[key] = value }

// Get reads.
func (t *Table) Get(key string) int { return t.rows[key] }

// Guarded is for many.
type Guarded struct {
	mu   sync.Mutex
	rows map[string]int
}

// NewGuarded is empty.
func NewGuarded() *Guarded { return &Guarded{rows: map[string]int{}} }

// Set writes.
func (g *Guarded) Set(key string, value int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.rows[key] = value
}

// Get reads.
func (g *Guarded) Get(key string) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.rows[key]
}
