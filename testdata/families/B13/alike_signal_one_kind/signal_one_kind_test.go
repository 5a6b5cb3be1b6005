// B13: a signal is enough where all waiters wait for the same thing and take one each.
package b13

import (
	"sync"
	"testing"
)

type permits struct {
	mu   sync.Mutex
	cond *sync.Cond
	free int
}

func newPermits(n int) *permits {
	p := &permits{free: n}
	p.cond = sync.NewCond(&p.mu)
	return p
}

func (p *permits) acquire() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.free == 0 {
		p.cond.Wait()
	}
	p.free--
}

func (p *permits) release() {
	p.mu.Lock()
	p.free++
	p.mu.Unlock()
	p.cond.Signal()
}

func TestSignalOneKind(t *testing.T) {
	p := newPermits(1)
	var wg sync.WaitGroup
	for i := 0; i < 3; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			p.acquire()
			p.release()
		}()
	}
	wg.Wait()
}
