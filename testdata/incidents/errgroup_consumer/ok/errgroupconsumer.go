// Package errgroupconsumer has a producer that does not see that its consumer has failed, as it should be.
package errgroupconsumer

import (
	"context"
	"golang.org/x/sync/errgroup"
)

func Produce(ctx context.Context, n int, use func(int) error) error {
	g, ctx := errgroup.WithContext(ctx)
	ch := make(chan int)
	g.Go(func() error {
		defer close(ch)
		for i := 0; i < n; i++ {
			select {
			case ch <- i:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	g.Go(func() error {
		for v := range ch {
			if err := use(v); err != nil {
				return err
			}
		}
		return nil
	})
	return g.Wait()
}
