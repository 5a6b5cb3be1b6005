// N06: a snapshot is complete before it is published under the lock, and never changed afterwards.
package n06

import (
	"sync"
	"testing"
)

type view struct {
	members []string
	epoch   int
}

type cluster struct {
	mu  sync.RWMutex
	cur *view
}

func (c *cluster) publish(members []string, epoch int) {
	v := &view{epoch: epoch}
	v.members = append(v.members, members...)
	c.mu.Lock()
	c.cur = v
	c.mu.Unlock()
}

func (c *cluster) view() *view {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.cur
}

func TestCluster(t *testing.T) {
	c := &cluster{}
	c.publish([]string{"a"}, 1)
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		c.publish([]string{"a", "b"}, 2)
	}()
	v := c.view()
	if len(v.members) != v.epoch {
		t.Errorf("%v", v.members)
	}
	wg.Wait()
}
