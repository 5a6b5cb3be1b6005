// Package wgaddinside has a counter that is raised by the goroutine that it counts.
//
// want DL006
package wgaddinside

import "sync"

type Crawler struct {
	wg    sync.WaitGroup
	fetch func(string)
}

func (c *Crawler) Crawl(urls []string) {
	for _, u := range urls {
		go func() {
			c.wg.Add(1)
			defer c.wg.Done()
			c.fetch(u)
		}()
	}
	c.wg.Wait()
}
