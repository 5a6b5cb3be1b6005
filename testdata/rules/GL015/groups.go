// Package gl015 starts things that somebody has to end.
package gl015

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"
)

func BadConsumerReturns(ctx context.Context, produce func(context.Context, chan<- int) error) error {
	g, ctx := errgroup.WithContext(ctx)
	out := make(chan int)
	g.Go(func() error { // want GL015 "without waiting for the goroutines of this group"
		defer close(out)
		return produce(ctx, out)
	})
	for value := range out {
		if value < 0 {
			return errors.New("negative")
		}
	}
	return g.Wait()
}

func BadErrorBetween(first, second func() error, check func() error) error {
	var g errgroup.Group
	g.Go(first) // want GL015 "without waiting for the goroutines of this group"
	if err := check(); err != nil {
		return err
	}
	g.Go(second)
	return g.Wait()
}

func BadNeverWaits(work []func() error) {
	g := new(errgroup.Group)
	for _, f := range work {
		g.Go(f) // want GL015 "without waiting for the goroutines of this group"
	}
}

type crawler struct{ fetch func(string) error }

func (c *crawler) BadMethod(ctx context.Context, urls []string) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	for _, url := range urls {
		url := url
		if url == "" {
			return errors.New("empty url")
		}
		g.Go(func() error { // want GL015 "without waiting for the goroutines of this group"
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return c.fetch(url)
		})
	}
	return g.Wait()
}

func OkWaits(work []func() error) error {
	var g errgroup.Group
	for _, f := range work {
		g.Go(f)
	}
	return g.Wait()
}

func OkDeferred(work []func() error) (err error) {
	var g errgroup.Group
	defer func() {
		if waited := g.Wait(); err == nil {
			err = waited
		}
	}()
	for _, f := range work {
		if f == nil {
			return errors.New("nothing to do")
		}
		g.Go(f)
	}
	return nil
}

func OkOtherGoroutine(work []func() error, out chan error) {
	g := new(errgroup.Group)
	for _, f := range work {
		g.Go(f)
	}
	go func() {
		out <- g.Wait()
		close(out)
	}()
}

func OkCancelled(ctx context.Context, produce func(context.Context, chan<- int) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	g, ctx := errgroup.WithContext(ctx)
	out := make(chan int)
	g.Go(func() error { return produce(ctx, out) })
	if <-out < 0 {
		return errors.New("negative")
	}
	return g.Wait()
}

func OkReturned(work func() error) *errgroup.Group {
	g := new(errgroup.Group)
	g.Go(work)
	return g
}

type server struct{ group errgroup.Group }

func (s *server) OkField(work func() error) {
	s.group.Go(work)
}

func OkHandedOn(work func() error, wait func(*errgroup.Group) error) error {
	g := new(errgroup.Group)
	g.Go(work)
	return wait(g)
}
