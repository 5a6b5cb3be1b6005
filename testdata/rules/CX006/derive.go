// Package cx006 derives contexts.
package cx006

import (
	"context"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"
)

func run(ctx context.Context) error { return ctx.Err() }

func BadTimeout(ctx context.Context) error {
	child, cancel := context.WithTimeout(context.Background(), time.Second) // want CX006 "not derived from `ctx`"
	defer cancel()
	return run(child)
}

func BadTodo(ctx context.Context) error {
	child, cancel := context.WithCancel(context.TODO()) // want CX006 "not derived from `ctx`"
	defer cancel()
	return run(child)
}

type key struct{}

func BadValue(ctx context.Context) error {
	return run(context.WithValue(context.Background(), key{}, 1)) // want CX006 "not derived from `ctx`"
}

func BadRequest(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second) // want CX006 "not derived from `r.Context\(\)`"
	defer cancel()
	_ = run(ctx)
}

func BadGroup(ctx context.Context) error {
	group, gctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		return run(ctx) // want CX006 "uses the parent context"
	})
	group.Go(func() error {
		return run(gctx)
	})
	return group.Wait()
}

func BadGroupParent(ctx context.Context, work []func(context.Context) error) error {
	group, gctx := errgroup.WithContext(context.Background()) // want CX006 "not derived from `ctx`"
	for _, do := range work {
		do := do
		group.Go(func() error { return do(gctx) })
	}
	return group.Wait()
}

type service struct{ name string }

func (s *service) BadMethod(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithCancel(context.Background()) // want CX006 "not derived from `ctx`"
}

func BadGeneric[T any](ctx context.Context, use func(context.Context) T) T {
	child, cancel := context.WithCancel(context.Background()) // want CX006 "not derived from `ctx`"
	defer cancel()
	return use(child)
}

func OkDerived(ctx context.Context) error {
	child, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	return run(child)
}

func OkNone() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	return run(ctx)
}

func OkGroup(ctx context.Context) error {
	group, gctx := errgroup.WithContext(ctx)
	group.Go(func() error { return run(gctx) })
	return group.Wait()
}

func OkSameName(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return run(ctx) })
	return group.Wait()
}

func OkAfterDone(ctx context.Context) error {
	<-ctx.Done()
	last, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	return run(last)
}

func OkDeferred(ctx context.Context) error {
	defer func() {
		last, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = run(last)
	}()
	return run(ctx)
}

func (s *service) OkShutdown(ctx context.Context) error {
	last, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	return run(last)
}

func OkWithout(ctx context.Context) error {
	return run(context.WithoutCancel(ctx))
}

func OkNilCheck(ctx context.Context) error {
	if ctx == nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithCancel(context.Background())
		defer cancel()
	}
	return run(ctx)
}

type server struct {
	ctx    context.Context
	cancel context.CancelFunc
}

func (s *server) OkStored(w http.ResponseWriter, r *http.Request) {
	if s.ctx == nil {
		s.ctx, s.cancel = context.WithCancel(context.Background())
	}
	_ = run(s.ctx)
}
