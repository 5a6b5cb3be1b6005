// B12: the group's helper cancels everybody at the first error; one of its members waits for a channel only.
package b12

import (
	"context"
	"errors"
	"sync"
	"testing"
)

type group struct {
	wg     sync.WaitGroup
	once   sync.Once
	err    error
	cancel context.CancelFunc
}

func withGroup(ctx context.Context) (*group, context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	return &group{cancel: cancel}, ctx
}

func (g *group) run(f func() error) {
	g.wg.Add(1)
	go func() {
		defer g.wg.Done()
		if err := f(); err != nil {
			g.once.Do(func() {
				g.err = err
				g.cancel()
			})
		}
	}()
}

func (g *group) wait() error {
	g.wg.Wait() // want GL008|DL008
	g.cancel()
	return g.err
}

func TestGroupHelper(t *testing.T) {
	g, ctx := withGroup(context.Background())
	rows := make(chan int)
	g.run(func() error {
		for i := 0; i < 2; i++ {
			if i == 1 {
				return errors.New("read failed")
			}
			select {
			case rows <- i:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		close(rows)
		return nil
	})
	g.run(func() error {
		for range rows { // want GL001|DL008|GL003
		}
		return nil
	})
	if err := g.wait(); err == nil {
		t.Error("no error")
	}
}
