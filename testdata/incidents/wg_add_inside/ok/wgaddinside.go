// Package wgaddinside has a counter that is raised by the goroutine that it counts, as it should be.
package wgaddinside

import "sync"

type Crawler struct {
	wg    sync.WaitGroup
	fetch func(string)
}

func (c *Crawler) Crawl(urls []string) {
	for _, u := range urls {
		c.wg.Add(1)
		go func() {
			defer c.wg.Done()
			c.fetch(u)
		}()
	}
	c.wg.Wait()
}
