package main

import (
	"fmt"
	"sync"
)

type cache struct {
	mu    sync.Mutex
	items map[string][]byte
}

func (c *cache) load(key string) byte {
	return c.items[key][0] // MARK: PANIC
}

func (c *cache) Close() {
	c.items = nil
	c.mu.Unlock() // MARK: UNLOCK
}

func first(c *cache, keys ...string) {
	defer c.Close()
	for _, k := range keys {
		b := c.load(k)
		c.mu.Lock()
		fmt.Println(k, b)
		c.mu.Unlock()
	}
}

func main() {
	first(&cache{items: map[string][]byte{"a": {1}}}, "a", "b")
}
