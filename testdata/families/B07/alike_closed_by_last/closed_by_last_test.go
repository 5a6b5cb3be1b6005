// B07: the last of the workers closes the results, counted by an atomic.
package b07

import (
	"sync/atomic"
	"testing"
)

type crawl struct {
	running int32
	found   chan string
}

func (c *crawl) visit(page string, links []string) {
	for _, l := range links {
		c.found <- page + l
	}
	if atomic.AddInt32(&c.running, -1) == 0 {
		close(c.found)
	}
}

func TestClosedByLast(t *testing.T) {
	c := &crawl{found: make(chan string)}
	site := map[string][]string{"a": {"1", "2"}, "b": {"3"}}
	c.running = int32(len(site))
	for page, links := range site {
		go c.visit(page, links)
	}
	count := 0
	for range c.found {
		count++
	}
	if count != 3 {
		t.Error(count)
	}
}
