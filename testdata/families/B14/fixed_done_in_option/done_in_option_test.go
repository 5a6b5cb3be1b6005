// B14: Done is the business of a hook that the caller may replace.
package b14

import (
	"sync"
	"testing"
)

type hooks struct {
	before func()
	after  func()
}

type hookOption func(*hooks)

func withAfter(f func()) hookOption {
	return func(h *hooks) {
		previous := h.after
		h.after = func() {
			f()
			previous()
		}
	}
}

type crew struct {
	wg sync.WaitGroup
}

func (c *crew) launch(work func(), opts ...hookOption) {
	h := hooks{before: func() { c.wg.Add(1) }, after: c.wg.Done}
	for _, o := range opts {
		o(&h)
	}
	h.before()
	go func() {
		defer h.after()
		work()
	}()
}

func (c *crew) join() { c.wg.Wait() }

func TestDoneInOption(t *testing.T) {
	c := &crew{}
	var mu sync.Mutex
	count := 0
	inc := func() {
		mu.Lock()
		count++
		mu.Unlock()
	}
	c.launch(inc)
	c.launch(inc, withAfter(inc))
	c.join()
}
