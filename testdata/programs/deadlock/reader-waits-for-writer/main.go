package main

import (
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

// Catalog holds prices and announces changes.
type Catalog struct {
	mu      sync.RWMutex
	prices  map[string]int
	changed chan string
}

// WaitFor returns the price of sku, waiting until it is known.
func (c *Catalog) WaitFor(sku string) int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	for {
		if p, ok := c.prices[sku]; ok {
			return p
		}
		<-c.changed // MARK: RECV
	}
}

// Set stores a price.
func (c *Catalog) Set(sku string, price int) {
	c.mu.Lock()
	c.prices[sku] = price
	c.mu.Unlock()
	c.changed <- sku
}

// Known counts the prices.
func (c *Catalog) Known() int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return len(c.prices)
}

func main() {
	c := &Catalog{prices: make(map[string]int), changed: make(chan string)}
	go c.WaitFor("A-100")
	time.Sleep(100 * time.Millisecond)
	go c.Set("A-100", 4200)
	time.Sleep(100 * time.Millisecond)
	harness.Every(10*time.Second, func() { go c.Known() })
	harness.Run()
}
