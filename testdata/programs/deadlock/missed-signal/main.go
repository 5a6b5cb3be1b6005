package main

import (
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

type gate struct {
	mu     sync.Mutex
	opened *sync.Cond
	open   bool
}

func newGate() *gate {
	g := &gate{}
	g.opened = sync.NewCond(&g.mu)
	return g
}

func (g *gate) await() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.opened.Wait() // MARK: BUG
}

func (g *gate) release() {
	g.mu.Lock()
	g.open = true
	g.mu.Unlock()
	g.opened.Signal()
}

type cache struct {
	warm *gate
	hits int
}

func (c *cache) lookup(key string) {
	c.warm.await()
	c.hits += len(key)
}

func main() {
	harness.Every(10*time.Second, func() {
		c := &cache{warm: newGate()}
		c.warm.release()
		go c.lookup("home")
	})
	harness.Run()
}
