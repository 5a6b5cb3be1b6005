// B13: the wait runs in a helper goroutine, which stays behind when the caller gives up.
package b13

import (
	"sync"
	"testing"
	"time"
)

type barrier struct {
	mu      sync.Mutex
	cond    *sync.Cond
	arrived int
	need    int
	broken  bool
}

func newBarrier(need int) *barrier {
	b := &barrier{need: need}
	b.cond = sync.NewCond(&b.mu)
	return b
}

func (b *barrier) arrive() {
	b.mu.Lock()
	b.arrived++
	if b.arrived >= b.need {
		b.cond.Broadcast()
	}
	b.mu.Unlock()
}

func (b *barrier) waitTimeout(d time.Duration) bool {
	done := make(chan struct{})
	go func() {
		b.mu.Lock()
		for b.arrived < b.need && !b.broken {
			b.cond.Wait() // want DL009|DL008
		}
		b.mu.Unlock()
		close(done)
	}()
	select {
	case <-done:
		return true
	case <-time.After(d):
		return false
	}
}

func TestHelperWaiter(t *testing.T) {
	b := newBarrier(2)
	go b.arrive()
	if b.waitTimeout(2 * time.Millisecond) {
		t.Error("one is enough")
	}
}
