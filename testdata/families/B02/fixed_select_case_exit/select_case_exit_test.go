// B02: one of the cases of a select returns with the lock.
package b02

import (
	"context"
	"sync"
	"testing"
)

type batcher struct {
	mu    sync.Mutex
	open  []int
	flush chan []int
}

func (b *batcher) add(ctx context.Context, v int) error {
	b.mu.Lock()
	b.open = append(b.open, v)
	if len(b.open) < 2 {
		b.mu.Unlock()
		return nil
	}
	full := b.open
	b.open = nil
	select {
	case b.flush <- full:
		b.mu.Unlock()
		return nil
	case <-ctx.Done():
		b.mu.Unlock()
		return ctx.Err()
	}
}

func TestSelectCaseExit(t *testing.T) {
	b := &batcher{flush: make(chan []int)}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var wg sync.WaitGroup
	for i := 0; i < 3; i++ {
		wg.Add(1)
		go func(i int) {
			defer wg.Done()
			_ = b.add(ctx, i)
		}(i)
	}
	wg.Wait()
}
