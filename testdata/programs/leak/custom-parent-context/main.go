package main

import (
	"context"
	"fmt"
	"time"

	"fixtures.test/programs/internal/harness"
)

// jobContext carries a job's own done channel.
type jobContext struct {
	done chan struct{}
	id   string
}

func (c *jobContext) Deadline() (time.Time, bool)       { return time.Time{}, false }
func (c *jobContext) Done() <-chan struct{}             { return c.done }
func (c *jobContext) Err() error                        { return nil }
func (c *jobContext) Value(key interface{}) interface{} { return nil }

type step struct {
	name string
	run  func(context.Context) error
}

// runStep gives each step a context that it may cancel early.
func runStep(parent context.Context, s step) error {
	ctx, _ := context.WithCancel(parent)
	if err := s.run(ctx); err != nil {
		return fmt.Errorf("%s: %v", s.name, err)
	}
	return nil
}

func main() {
	job := &jobContext{done: make(chan struct{}), id: "nightly"}
	steps := []step{
		{"extract", func(ctx context.Context) error { return ctx.Err() }},
		{"load", func(ctx context.Context) error { return ctx.Err() }},
	}
	harness.Every(10*time.Second, func() {
		for _, s := range steps {
			if err := runStep(job, s); err != nil {
				panic(err)
			}
		}
	})
	harness.Run()
}
