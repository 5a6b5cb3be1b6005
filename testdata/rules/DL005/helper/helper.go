// Package helper has a desk with a clerk.
package helper

import "sync"

// Desk takes what it is handed.
type Desk struct {
	mu sync.Mutex
	in chan int
}

// NewDesk has no clerk yet.
func NewDesk() *Desk { return &Desk{in: make(chan int)} }

// Lock locks the desk.
func (d *Desk) Lock() { d.mu.Lock() }

// Unlock unlocks it.
func (d *Desk) Unlock() { d.mu.Unlock() }

// Hand waits for the clerk.
func (d *Desk) Hand(n int) { d.in <- n }

// Serve locks the desk before it takes something.
func (d *Desk) Serve() {
	d.mu.Lock()
	d.mu.Unlock()
	<-d.in
}
