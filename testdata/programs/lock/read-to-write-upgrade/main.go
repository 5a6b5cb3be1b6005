package main

import (
	"fmt"
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

// Cache keeps rendered pages.
type Cache struct {
	mu    sync.RWMutex
	pages map[string]string
}

// Get returns a page, rendering it on the first call.
func (c *Cache) Get(path string) string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if p, ok := c.pages[path]; ok {
		return p
	}
	c.mu.Lock() // MARK: BUG
	defer c.mu.Unlock()
	p := "<html>" + path + "</html>"
	c.pages[path] = p
	return p
}

// Len counts the pages.
func (c *Cache) Len() int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return len(c.pages)
}

func main() {
	c := &Cache{pages: make(map[string]string)}
	n := 0
	harness.Every(10*time.Second, func() {
		n++
		go c.Get(fmt.Sprintf("/p/%d", n))
		go c.Len()
	})
	harness.Run()
}
