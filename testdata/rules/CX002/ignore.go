// Package cx002 has goroutines that ignore their context, and some that do not.
package cx002

import (
	"context"
	"time"
)

func BadLoop(ctx context.Context, jobs chan func()) {
	go worker(ctx, jobs)
}

func worker(ctx context.Context, jobs chan func()) {
	for {
		job := <-jobs // want CX002 "waits here without looking at it"
		job()
	}
}

func BadLiteral(ctx context.Context, out chan int) {
	go func(ctx context.Context) {
		for i := 0; ; i++ {
			out <- i // want CX002 "waits here without looking at it"
		}
	}(ctx)
}

func BadSleep(ctx context.Context, do func()) {
	go func(ctx context.Context) {
		for {
			do()
			time.Sleep(time.Second) // want CX002 "waits here without looking at it"
		}
	}(ctx)
}

type service struct{ in chan string }

func (s *service) BadStart(ctx context.Context) { go s.BadRun(ctx) }

func (s *service) BadRun(ctx context.Context) {
	for {
		println(<-s.in) // want CX002 "waits here without looking at it"
	}
}

type key struct{}

func BadOnlyValue(ctx context.Context, in chan string) {
	go func(ctx context.Context) {
		name, _ := ctx.Value(key{}).(string)
		for {
			println(name, <-in) // want CX002 "waits here without looking at it"
		}
	}(ctx)
}

func BadGeneric[T any](ctx context.Context, in chan T, use func(T)) {
	go func(_ context.Context) {
		for {
			use(<-in) // want CX002 "waits here without looking at it"
		}
	}(ctx)
}

func OkSelect(ctx context.Context, jobs chan func()) {
	go func(ctx context.Context) {
		for {
			select {
			case job := <-jobs:
				job()
			case <-ctx.Done():
				return
			}
		}
	}(ctx)
}

func OkErr(ctx context.Context, jobs chan func()) {
	go func(ctx context.Context) {
		for ctx.Err() == nil {
			job := <-jobs
			job()
		}
	}(ctx)
}

func OkPassedOn(ctx context.Context, next func(context.Context) string, out chan string) {
	go func(ctx context.Context) {
		for {
			out <- next(ctx)
		}
	}(ctx)
}

func OkRange(ctx context.Context, jobs chan func()) {
	go func(ctx context.Context) {
		for job := range jobs {
			job()
		}
	}(ctx)
}

func OkShort(ctx context.Context, out chan int) {
	go func(ctx context.Context) {
		out <- 1
	}(ctx)
}

func OkNoContext(jobs chan func()) {
	go func() {
		for {
			job := <-jobs
			job()
		}
	}()
}

func OkStored(ctx context.Context, s *holder, in chan int) {
	go func(ctx context.Context) {
		s.ctx = ctx
		for {
			<-in
		}
	}(ctx)
}

type holder struct{ ctx context.Context }
