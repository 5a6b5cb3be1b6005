// Package cx001 loses cancel functions, and keeps some.
package cx001

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"time"

	"example.com/rules/cx001/lib"
)

var errNotReady = errors.New("not ready")

func BadReturn(ctx context.Context, ready bool) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second) // want CX001 "`cancel` is not called on every path"
	if !ready {
		return errNotReady
	}
	defer cancel()
	<-ctx.Done()
	return nil
}

func BadDiscarded(ctx context.Context) error {
	ctx, _ = context.WithCancel(ctx) // want CX001 "the cancel function is thrown away"
	return ctx.Err()
}

func BadOneBranch(ctx context.Context, late bool) {
	ctx, stop := context.WithCancel(ctx) // want CX001 "`stop` is not called on every path"
	if late {
		stop()
	}
	use(ctx)
}

func BadLoop(ctx context.Context, n int) {
	for i := 0; i < n; i++ {
		child, cancel := context.WithCancel(ctx) // want CX001 "`cancel` is not called"
		if i == 3 {
			continue
		}
		use(child)
		cancel()
	}
}

func BadClosure(ctx context.Context) func() error {
	return func() error {
		child, cancel := context.WithTimeout(ctx, time.Second) // want CX001 "`cancel` is not called on every path"
		if child.Err() != nil {
			return child.Err()
		}
		cancel()
		return nil
	}
}

func BadSignal(run func(context.Context) error) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt) // want CX001 "`stop` is not called on every path"
	if err := run(ctx); err != nil {
		return err
	}
	stop()
	return nil
}

func BadOverwritten(ctx context.Context) {
	child, cancel := context.WithCancel(ctx) // want CX001 "`cancel` is not called on every path"
	child, cancel = context.WithTimeout(child, time.Second)
	defer cancel()
	use(child)
}

func BadSwitch[T any](ctx context.Context, value any) (T, error) {
	ctx, cancel := context.WithCancelCause(ctx) // want CX001 "`cancel` is not called on every path"
	var zero T
	switch v := value.(type) {
	case T:
		cancel(nil)
		return v, nil
	case error:
		return zero, v
	}
	cancel(ctx.Err())
	return zero, nil
}

func BadAcross(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx) // want CX001 "`cancel` is not called on every path"
	if err := lib.Run(ctx); err != nil {
		return err
	}
	cancel()
	return nil
}

func OkDefer(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	use(ctx)
}

func OkReturned(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	return ctx, cancel
}

func OkPassedOn(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithCancel(ctx)
}

type server struct {
	ctx    context.Context
	cancel context.CancelFunc
}

func OkStored(s *server) {
	s.ctx, s.cancel = context.WithCancel(context.Background())
}

func OkStoredLater(s *server) {
	ctx, cancel := context.WithCancel(context.Background())
	s.ctx = ctx
	s.cancel = cancel
}

func OkEveryPath(ctx context.Context, ready bool) error {
	ctx, cancel := context.WithCancel(ctx)
	if !ready {
		cancel()
		return errNotReady
	}
	use(ctx)
	cancel()
	return nil
}

func OkPanics(ctx context.Context, ready bool) {
	ctx, cancel := context.WithCancel(ctx)
	if !ready {
		panic("not ready")
	}
	if ctx.Err() != nil {
		os.Exit(1)
	}
	cancel()
}

func OkCaptured(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		defer cancel()
		use(ctx)
	}()
}

func OkCapturedBefore(ctx context.Context) {
	var cancel context.CancelFunc
	defer func() {
		if cancel != nil {
			cancel()
		}
	}()
	ctx, cancel = context.WithCancel(ctx)
	use(ctx)
}

func OkLoop(ctx context.Context, n int) {
	for i := 0; i < n; i++ {
		child, cancel := context.WithTimeout(ctx, time.Second)
		use(child)
		cancel()
	}
}

func OkMaybe(ctx context.Context, limit time.Duration) {
	cancel := func() {}
	if limit > 0 {
		ctx, cancel = context.WithTimeout(ctx, limit)
	}
	defer cancel()
	use(ctx)
}

func OkNamedResult(ctx context.Context) (child context.Context, cancel context.CancelFunc, err error) {
	child, cancel = context.WithCancel(ctx)
	return
}

func use(ctx context.Context) { <-ctx.Done() }

// BadPassed hands it to a function that forgets it.
func BadPassed(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx) // want CX001 "`cancel` is not called on every path"
	forget(cancel)
	use(ctx)
}

func forget(context.CancelFunc) {}

func BadCause(ctx context.Context, ready bool) error {
	child, cancel := context.WithCancelCause(ctx) // want CX001 "`cancel` is not called on every path"
	if !ready {
		return errNotReady
	}
	use(child)
	cancel(errNotReady)
	return nil
}

type worker struct {
	ctx    context.Context
	cancel context.CancelFunc
}

// BadKept has no fix: a deferred cancel would end the worker that is kept.
func BadKept(ctx context.Context, ready bool) (*worker, error) {
	child, cancel := context.WithCancel(ctx) // want CX001 "`cancel` is not called on every path"
	if !ready {
		return nil, errNotReady
	}
	return &worker{child, cancel}, nil
}

type starter interface{ start(context.CancelFunc) }

func OkInterface(ctx context.Context, s starter) {
	child, cancel := context.WithCancel(ctx)
	s.start(cancel)
	use(child)
}
