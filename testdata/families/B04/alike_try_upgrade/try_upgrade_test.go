// B04: the write lock is only tried for, with the read lock given up first.
package b04

import (
	"sync"
	"testing"
)

type gauge struct {
	mu    sync.RWMutex
	value int
	dirty bool
}

func (g *gauge) refresh(read func() int) int {
	g.mu.RLock()
	value, dirty := g.value, g.dirty
	g.mu.RUnlock()
	if dirty && g.mu.TryLock() {
		g.value = read()
		g.dirty = false
		value = g.value
		g.mu.Unlock()
	}
	return value
}

func (g *gauge) mark() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.dirty = true
}

func TestTryUpgrade(t *testing.T) {
	g := &gauge{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		g.mark()
		g.refresh(func() int { return 2 })
	}()
	g.refresh(func() int { return 1 })
	<-done
}
