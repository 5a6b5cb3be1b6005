// Package helper keeps lines.
package helper

import "sync"

// Log is for one goroutine.
type Log struct{ lines []string }

// Add adds a line.
func (l *Log) Add(line string) { l.lines = append(l.lines, line) }

// Guarded is for many.
type Guarded struct {
	mu    sync.Mutex
	lines []string
}

// Add adds a line.
func (g *Guarded) Add(line string) {
	g.mu.Lock()
	g.lines = append(g.lines, line)
	g.mu.Unlock()
}
