// B01: setting up asks for what is being set up, through the same Once.
package b01

import (
	"sync"
	"testing"
)

type catalog struct {
	once  sync.Once
	names map[string]int
	order []string
}

func (c *catalog) load() {
	c.once.Do(func() {
		c.names = map[string]int{}
		for i, n := range []string{"alpha", "beta"} {
			c.names[n] = i
		}
		c.order = c.sortedLoaded()
	})
}

func (c *catalog) sorted() []string {
	c.load()
	return c.sortedLoaded()
}

func (c *catalog) sortedLoaded() []string {
	out := make([]string, len(c.names))
	for n, i := range c.names {
		out[i] = n
	}
	return out
}

func (c *catalog) index(name string) int {
	c.load()
	return c.names[name]
}

func TestOnceReload(t *testing.T) {
	c := &catalog{}
	done := make(chan int)
	go func() { done <- c.index("beta") }()
	if got := <-done; got != 1 {
		t.Errorf("index is %d", got)
	}
}
