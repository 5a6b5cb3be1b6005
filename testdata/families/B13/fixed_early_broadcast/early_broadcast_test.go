// B13: the waiter does not look whether it has happened before it waits.
package b13

import (
	"sync"
	"testing"
)

type election struct {
	mu     sync.Mutex
	cond   *sync.Cond
	leader string
}

func newElection() *election {
	e := &election{}
	e.cond = sync.NewCond(&e.mu)
	return e
}

func (e *election) elect(name string) {
	e.mu.Lock()
	e.leader = name
	e.mu.Unlock()
	e.cond.Broadcast()
}

func (e *election) await() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	for e.leader == "" {
		e.cond.Wait()
	}
	return e.leader
}

func TestEarlyBroadcast(t *testing.T) {
	e := newElection()
	go e.elect("n1")
	if e.await() == "" {
		t.Error("no leader")
	}
}
