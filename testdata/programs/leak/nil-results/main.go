package main

import (
	"time"

	"fixtures.test/programs/internal/harness"
)

type page struct {
	url  string
	size int
}

// Crawler fetches pages and collects them on its own goroutine.
type Crawler struct {
	depth   int
	results chan page
	bytes   int
}

// NewCrawler returns a crawler that follows links.
func NewCrawler(depth int) *Crawler {
	return &Crawler{depth: depth, results: make(chan page)}
}

// Shallow returns a crawler for one page.
func Shallow() *Crawler {
	return &Crawler{depth: 1}
}

func (c *Crawler) collect() {
	for p := range c.results { // MARK: BUG
		c.bytes += p.size
	}
}

func (c *Crawler) crawl(urls ...string) {
	go c.collect()
	for _, u := range urls {
		if c.results == nil {
			continue
		}
		c.results <- page{url: u, size: 100 * len(u)}
	}
	if c.results != nil {
		close(c.results)
	}
}

func main() {
	harness.Every(10*time.Second, func() {
		NewCrawler(3).crawl("/a", "/b")
		Shallow().crawl("/c")
	})
	harness.Run()
}
