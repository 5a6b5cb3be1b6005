// N09: who accepts adds to a group, under a lock that closes the door before anybody waits.
package n09

import (
	"sync"
	"testing"
)

type acceptor struct {
	mu     sync.Mutex
	wg     sync.WaitGroup
	closed bool
	conns  chan int
}

func (a *acceptor) handle(int) { defer a.wg.Done() }
func (a *acceptor) serve() {
	for c := range a.conns {
		a.mu.Lock()
		if a.closed {
			a.mu.Unlock()
			return
		}
		a.wg.Add(1)
		a.mu.Unlock()
		go a.handle(c)
	}
}
func (a *acceptor) stop() {
	a.mu.Lock()
	a.closed = true
	a.mu.Unlock()
	a.wg.Wait()
}
func TestStop(t *testing.T) {
	a := &acceptor{conns: make(chan int, 2)}
	a.conns <- 1
	a.conns <- 2
	go a.serve()
	a.stop()
	close(a.conns)
}
