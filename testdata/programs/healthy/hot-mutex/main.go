package main

import (
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

// Counter counts events per tenant behind one lock.
type Counter struct {
	mu        sync.Mutex
	perTenant map[int]int
}

func (c *Counter) add(tenant int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.perTenant[tenant]++
	hold(300 * time.Microsecond)
}

// hold is the work done under the lock.
func hold(d time.Duration) { time.Sleep(d) }

func ingest(c *Counter, tenant int) {
	for {
		c.add(tenant)
	}
}

func main() {
	c := &Counter{perTenant: make(map[int]int)}
	for tenant := 0; tenant < 30; tenant++ {
		go ingest(c, tenant)
	}
	harness.Run()
}
