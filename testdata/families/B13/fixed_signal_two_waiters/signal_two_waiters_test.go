// B13: one signal for two kinds of waiters wakes the one that has nothing to do with it.
package b13

import (
	"sync"
	"testing"
)

type boundedBuffer struct {
	mu   sync.Mutex
	cond *sync.Cond
	data []int
	max  int
}

func newBoundedBuffer(max int) *boundedBuffer {
	b := &boundedBuffer{max: max}
	b.cond = sync.NewCond(&b.mu)
	return b
}

func (b *boundedBuffer) put(v int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.data) == b.max {
		b.cond.Wait()
	}
	b.data = append(b.data, v)
	b.cond.Broadcast()
}

func (b *boundedBuffer) take() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.data) == 0 {
		b.cond.Wait()
	}
	v := b.data[0]
	b.data = b.data[1:]
	b.cond.Broadcast()
	return v
}

func TestSignalTwoWaiters(t *testing.T) {
	b := newBoundedBuffer(1)
	var wg sync.WaitGroup
	for i := 0; i < 2; i++ {
		wg.Add(2)
		go func(i int) { defer wg.Done(); b.put(i) }(i)
		go func() { defer wg.Done(); b.take() }()
	}
	wg.Wait()
}
