// N09: who accepts adds to a group that is waited for already.
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
		a.wg.Add(1) // want DL006
		go a.handle(c)
	}
}
func (a *acceptor) stop() {
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
