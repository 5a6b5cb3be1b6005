package main

import (
	"fmt"
	"sync"
)

type dnsCache struct {
	addrs map[string]string
}

func (c *dnsCache) get(host string) (string, bool) {
	a, ok := c.addrs[host] // MARK: READ
	return a, ok
}

func (c *dnsCache) put(host, addr string) {
	c.addrs[host] = addr // MARK: WRITE
}

func (c *dnsCache) refresh(hosts []string) {
	for i, h := range hosts {
		c.put(h, fmt.Sprintf("10.0.0.%d", i+1))
	}
}

func main() {
	c := &dnsCache{addrs: map[string]string{"a.example": "10.0.0.1"}}
	var wg sync.WaitGroup
	wg.Add(2)
	ready := make(chan struct{})
	go func() {
		defer wg.Done()
		defer close(ready)
		c.refresh([]string{"a.example"})
	}()
	go func() {
		defer wg.Done()
		if _, ok := c.get("a.example"); !ok {
			fmt.Println("miss")
		}
	}()
	wg.Wait()
}
