// Package dl004 has what DL004 finds (rwmutex-upgrade), and what it does not.
package dl004

import "sync"

type cache struct {
	mu    sync.RWMutex
	items map[string]int
}

func (c *cache) upgrade() {
	c.mu.RLock()
	defer c.mu.RUnlock()
	c.mu.Lock() // want DL004 "read lock"
	defer c.mu.Unlock()
}

func BadUpgrade() {
	c := &cache{}
	go c.upgrade()
}

func (c *cache) once() {
	c.mu.RLock()
	c.mu.RUnlock()
	c.mu.Lock()
	defer c.mu.Unlock()
}

func OkOneAfterTheOther() {
	c := &cache{}
	go c.once()
}
