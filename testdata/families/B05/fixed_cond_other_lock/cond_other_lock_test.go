// B05: the waiter of a condition gives one lock up, but holds a second one that the signaller needs.
package b05

import (
	"sync"
	"testing"
)

type journal struct {
	admin sync.Mutex
	mu    sync.Mutex
	cond  *sync.Cond
	depth int
}

func newJournal() *journal {
	j := &journal{depth: 1}
	j.cond = sync.NewCond(&j.mu)
	return j
}

func (j *journal) retire() {
	j.admin.Lock()
	defer j.admin.Unlock()
	j.mu.Lock()
	j.depth--
	j.mu.Unlock()
	j.cond.Broadcast()
}

func (j *journal) waitEmpty() {
	j.mu.Lock()
	defer j.mu.Unlock()
	for j.depth > 0 {
		j.cond.Wait()
	}
}

func (j *journal) rotate() {
	j.waitEmpty()
	j.admin.Lock()
	defer j.admin.Unlock()
	j.depth = 1
}

func TestCondOtherLock(t *testing.T) {
	j := newJournal()
	go j.retire()
	j.rotate()
}
