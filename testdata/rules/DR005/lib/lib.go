// Package lib has a type that holds a lock.
package lib

import "sync"

// Cache must not be copied.
type Cache struct {
	mu   sync.Mutex
	Size int
}

// Grow makes it larger.
func (c *Cache) Grow() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.Size++
}
