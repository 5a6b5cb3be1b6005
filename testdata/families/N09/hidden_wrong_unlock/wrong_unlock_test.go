// N09: a read lock is given back as a write lock, through the interface of the guard.
package n09

import (
	"sync"
	"testing"
)

type guard interface {
	enter()
	leave()
}

type readGuard struct{ mu *sync.RWMutex }

func (g readGuard) enter() { g.mu.RLock() }
func (g readGuard) leave() { g.mu.Unlock() } // want PN005

type writeGuard struct{ mu *sync.RWMutex }

func (g writeGuard) enter() { g.mu.Lock() }
func (g writeGuard) leave() { g.mu.Unlock() }

type document struct {
	mu   sync.RWMutex
	text string
}

func (d *document) with(write bool, f func(d *document)) {
	var g guard = readGuard{&d.mu}
	if write {
		g = writeGuard{&d.mu}
	}
	g.enter()
	defer g.leave()
	f(d)
}

func TestWrongUnlock(t *testing.T) {
	d := &document{}
	d.with(true, func(d *document) { d.text = "a" })
	d.with(false, func(d *document) { _ = d.text })
}
