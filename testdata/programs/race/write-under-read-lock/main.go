package main

import (
	"fmt"
	"sync"
)

type entry struct {
	value string
	used  int
}

type lru struct {
	mu      sync.RWMutex
	clock   int
	entries map[string]*entry
}

func (c *lru) get(key string) string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	e := c.entries[key]
	if e == nil {
		return ""
	}
	e.used = c.clock // MARK: BUG
	return e.value
}

func main() {
	c := &lru{entries: map[string]*entry{"home": {value: "<html>"}}}
	var wg sync.WaitGroup
	for i := 0; i < 3; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			c.get("home")
		}()
	}
	wg.Wait()
	fmt.Println(c.get("home"))
}
