// Package rlockupgrade has a read lock that wants to be a write lock.
//
// want DL004
package rlockupgrade

import "sync"

type C struct {
	mu sync.RWMutex
	m  map[string]int
}

func (c *C) Get(k string, f func() int) int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if v, ok := c.m[k]; ok {
		return v
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.m[k] = f()
	return c.m[k]
}
