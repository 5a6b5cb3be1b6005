// Package lib has work to do.
package lib

import "sync"

// Fetch gets something.
func Fetch(name string) (string, error) { return name, nil }

// Group waits for what it started.
type Group struct{ wg sync.WaitGroup }

// Start starts a function.
func (g *Group) Start(f func()) {
	g.wg.Add(1)
	go func() {
		defer g.wg.Done()
		f()
	}()
}

// Join waits.
func (g *Group) Join() { g.wg.Wait() }
