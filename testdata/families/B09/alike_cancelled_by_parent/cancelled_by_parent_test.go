// B09: the child's cancel function is kept but not called; the parent's is.
package b09

import (
	"context"
	"testing"
)

type subscription struct {
	cancel context.CancelFunc
	items  chan int
}

func subscribe(ctx context.Context) *subscription {
	ctx, cancel := context.WithCancel(ctx)
	s := &subscription{cancel: cancel, items: make(chan int)}
	go func() {
		for i := 0; ; i++ {
			select {
			case s.items <- i:
			case <-ctx.Done():
				return
			}
		}
	}()
	return s
}

func TestCancelledByParent(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	s := subscribe(ctx)
	if got := <-s.items; got != 0 {
		t.Error(got)
	}
}
