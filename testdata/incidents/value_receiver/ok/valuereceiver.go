// Package valuereceiver has a lock that is copied with its receiver, as it should be.
package valuereceiver

import "sync"

type Counter struct {
	mu sync.Mutex
	n  map[string]int
}

func (c *Counter) Inc(k string) { c.mu.Lock(); defer c.mu.Unlock(); c.n[k]++ }
func Run()                      { c := Counter{n: map[string]int{}}; go c.Inc("a"); c.Inc("b") }
