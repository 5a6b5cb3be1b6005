// B13: a broadcast that comes before the wait does no harm: the predicate is looked at first.
package b13

import (
	"sync"
	"testing"
)

type gate struct {
	mu   sync.RWMutex
	cond *sync.Cond
	open bool
}

func newGate() *gate {
	g := &gate{}
	g.cond = sync.NewCond(g.mu.RLocker())
	return g
}

func (g *gate) pass() {
	g.cond.L.Lock()
	for !g.open {
		g.cond.Wait()
	}
	g.cond.L.Unlock()
}

func (g *gate) unlock() {
	g.mu.Lock()
	g.open = true
	g.mu.Unlock()
	g.cond.Broadcast()
}

func TestPredicateFirst(t *testing.T) {
	g := newGate()
	var wg sync.WaitGroup
	for i := 0; i < 2; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			g.pass()
		}()
	}
	g.unlock()
	wg.Wait()
}
