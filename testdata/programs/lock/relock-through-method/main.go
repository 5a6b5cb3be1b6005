package main

import (
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

type item struct {
	sku   string
	cents int
	qty   int
}

// Cart is a shopping cart shared by the requests of one session.
type Cart struct {
	mu       sync.Mutex
	items    []item
	discount int
}

// Add puts an item into the cart.
func (c *Cart) Add(it item) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.items = append(c.items, it)
	c.applyDiscount()
}

func (c *Cart) applyDiscount() {
	if c.Total() > 10000 {
		c.discount = 5
	}
}

// Total adds up the prices.
func (c *Cart) Total() int {
	c.mu.Lock() // MARK: BUG
	defer c.mu.Unlock()
	total := 0
	for _, it := range c.items {
		total += it.cents * it.qty
	}
	return total
}

func main() {
	cart := &Cart{}
	harness.Every(10*time.Second, func() {
		go cart.Add(item{sku: "book", cents: 1999, qty: 6})
	})
	harness.Run()
}
