// N04: each goroutine is meant to dial its own peer, and uses the variable of the loop.
package n04

import (
	"sync"
	"testing"
)

type dialer struct {
	mu     sync.Mutex
	dialed map[string]int
}

func (d *dialer) dial(addr string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dialed[addr]++
}

func dialAll(d *dialer, addrs []string) {
	var wg sync.WaitGroup
	for _, addr := range addrs {
		addr := addr
		wg.Add(1)
		go func() {
			defer wg.Done()
			d.dial(addr)
		}()
	}
	wg.Wait()
}

func TestDialAll(t *testing.T) {
	d := &dialer{dialed: map[string]int{}}
	dialAll(d, []string{"a", "b", "c"})
	if len(d.dialed) > 3 {
		t.Error("unknown peers")
	}
}
