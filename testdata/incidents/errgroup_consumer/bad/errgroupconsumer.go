// Package errgroupconsumer has a producer that does not see that its consumer has failed.
//
// want DL008
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
			ch <- i
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
