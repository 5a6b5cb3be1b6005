// Package rlockupgrade has a read lock that wants to be a write lock, as it should be.
package rlockupgrade

import "sync"

type C struct {
	mu sync.RWMutex
	m  map[string]int
}

func (c *C) Get(k string, f func() int) int {
	c.mu.RLock()
	v, ok := c.m[k]
	c.mu.RUnlock()
	if ok {
		return v
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.m[k] = f()
	return c.m[k]
}
