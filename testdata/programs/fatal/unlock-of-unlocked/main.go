package main

import (
	"fmt"
	"sync"
)

type counter struct {
	mu sync.Mutex
	n  int
}

func (c *counter) add(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n += n
}

func (c *counter) reset(notify func(int)) {
	c.mu.Lock()
	old := c.n
	c.n = 0
	if old == 0 {
		c.mu.Unlock()
		return
	}
	c.mu.Unlock()
	notify(old)
	c.mu.Unlock() // MARK: BUG
}

func guarded(name string, f func()) {
	defer func() {
		if r := recover(); r != nil {
			fmt.Println(name, "failed:", r)
		}
	}()
	f()
}

func main() {
	c := &counter{}
	c.add(2)
	guarded("reset", func() { c.reset(func(old int) { fmt.Println("was", old) }) })
	fmt.Println("not reached")
}
