//go:build go1.25

package main

import (
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

type crawler struct {
	wg    sync.WaitGroup
	mu    sync.Mutex
	found []string
	done  chan int
}

func (c *crawler) visit(url string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.found = append(c.found, url)
}

func (c *crawler) finish() {
	c.wg.Wait() // MARK: BUG
	c.done <- len(c.found)
}

func crawl(urls ...string) *crawler {
	c := &crawler{done: make(chan int, 1)}
	for _, u := range urls {
		c.wg.Go(func() { c.visit(u) })
	}
	c.wg.Go(c.finish)
	return c
}

func main() {
	harness.Every(10*time.Second, func() {
		c := crawl("/", "/about")
		select {
		case <-c.done:
		case <-time.After(10 * time.Millisecond):
		}
	})
	harness.Run()
}
