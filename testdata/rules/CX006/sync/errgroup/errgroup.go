// Package errgroup stands in for the module of this name: only what the fixture needs.
package errgroup

import (
	"context"
	"sync"
)

// Group runs functions and keeps their first error.
type Group struct {
	wg     sync.WaitGroup
	once   sync.Once
	err    error
	cancel context.CancelFunc
}

// WithContext is a group whose context ends with the first error.
func WithContext(ctx context.Context) (*Group, context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	return &Group{cancel: cancel}, ctx
}

// Go starts a function.
func (g *Group) Go(f func() error) {
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

// Wait waits for all.
func (g *Group) Wait() error {
	g.wg.Wait()
	return g.err
}
