// B02: all the ways out jump to the same unlock.
package b02

import (
	"sync"
	"testing"
)

type slot struct {
	used bool
	tag  string
}

type arena struct {
	mu    sync.Mutex
	slots [3]slot
}

func (a *arena) take(tag string) int {
	at := -1
	a.mu.Lock()
	for i := range a.slots {
		if a.slots[i].tag == tag {
			at = i
			goto out
		}
	}
	for i := range a.slots {
		if !a.slots[i].used {
			a.slots[i] = slot{true, tag}
			at = i
			goto out
		}
	}
out:
	a.mu.Unlock()
	return at
}

func TestGotoUnlock(t *testing.T) {
	a := &arena{}
	var wg sync.WaitGroup
	for _, tag := range []string{"x", "y", "x"} {
		wg.Add(1)
		go func(tag string) {
			defer wg.Done()
			a.take(tag)
		}(tag)
	}
	wg.Wait()
}
