// B13: the state is looked at under one hold of the lock, and waited for under the next.
package b13

import (
	"sync"
	"testing"
)

type uploadState struct {
	mu   sync.Mutex
	cond *sync.Cond
	done bool
	size int
}

func (u *uploadState) isDone() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.done
}

func (u *uploadState) finish(size int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.done = true
	u.size = size
	u.cond.Broadcast()
}

func (u *uploadState) wait() int {
	for !u.isDone() {
		u.mu.Lock()
		u.cond.Wait() // want DL009|DL008
		u.mu.Unlock()
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.size
}

func TestUnlockBeforeWait(t *testing.T) {
	u := &uploadState{}
	u.cond = sync.NewCond(&u.mu)
	go u.finish(3)
	if u.wait() != 3 {
		t.Error("wrong size")
	}
}
