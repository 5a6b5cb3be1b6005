package main

import (
	"fmt"
	"sync"
	"time"
)

type crawl struct {
	wg    sync.WaitGroup
	mu    sync.Mutex
	pages int
}

// The race runtime leaves out the frame that calls the wait group, so both
// calls have a function of their own.
//
//go:noinline
func (c *crawl) begin() { c.wg.Add(1) } // MARK: BEGIN

//go:noinline
func (c *crawl) join() { c.wg.Wait() } // MARK: JOIN

func (c *crawl) spawn(url string) {
	c.begin() // MARK: ADD
	go func() {
		defer c.wg.Done()
		time.Sleep(400 * time.Millisecond)
		c.mu.Lock()
		c.pages += len(url)
		c.mu.Unlock()
	}()
}

func (c *crawl) run(urls ...string) int {
	for _, u := range urls {
		go c.spawn(u)
	}
	time.Sleep(100 * time.Millisecond)
	c.join() // MARK: WAIT
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.pages
}

func main() {
	fmt.Println((&crawl{}).run("/", "/about") > 0)
}
