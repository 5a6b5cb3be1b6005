// Package worker runs jobs of the order service in the background.
package worker

import (
	"context"
	"errors"
	"sync"
)

// ErrClosed is returned for jobs that come after Close.
var ErrClosed = errors.New("worker: pool is closed")

// Pool is a fixed number of workers with a bounded queue.
type Pool struct {
	jobs chan func()
	done chan struct{}
	once sync.Once
	wg   sync.WaitGroup
}

// NewPool starts workers that share a queue of the given length.
func NewPool(workers, queue int) *Pool {
	p := &Pool{jobs: make(chan func(), queue), done: make(chan struct{})}
	p.wg.Add(workers)
	for i := 0; i < workers; i++ {
		go p.work()
	}
	return p
}

func (p *Pool) work() {
	defer p.wg.Done()
	for {
		select {
		case job := <-p.jobs:
			job()
		case <-p.done:
			return
		}
	}
}

// Submit queues job; it waits for room until ctx ends.
func (p *Pool) Submit(ctx context.Context, job func()) error {
	select {
	case p.jobs <- job:
		return nil
	case <-p.done:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close stops the workers and waits until they have finished their jobs.
func (p *Pool) Close() {
	p.once.Do(func() { close(p.done) })
	p.wg.Wait()
}
