// Package dl013 takes slots, and sometimes keeps them.
package dl013

import (
	"context"
	"errors"
	"sync"

	"example.com/rules/dl013/lib"
	"golang.org/x/sync/semaphore"
)

var errBusy = errors.New("busy")

type pool struct {
	slots chan struct{}
	sem   *semaphore.Weighted
}

func newPool() *pool {
	return &pool{slots: make(chan struct{}, 4), sem: semaphore.NewWeighted(4)}
}

func (p *pool) BadField(job func() error) error {
	p.slots <- struct{}{} // want DL013 "the slot taken here is not given back on every path"
	if err := job(); err != nil {
		return err
	}
	<-p.slots
	return nil
}

func (p *pool) BadWeighted(ctx context.Context, job func() error) error {
	if err := p.sem.Acquire(ctx, 1); err != nil { // want DL013 "the slot taken here is not given back"
		return err
	}
	if err := job(); err != nil {
		return err
	}
	p.sem.Release(1)
	return nil
}

func BadParameter(sem *semaphore.Weighted, job func() bool) error {
	if !sem.TryAcquire(1) { // want DL013 "the slot taken here is not given back"
		return errBusy
	}
	if !job() {
		return errBusy
	}
	sem.Release(1)
	return nil
}

func (p *pool) BadSelect(ctx context.Context, job func() error) error {
	select { // want DL013 "the slot taken here is not given back"
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	err := job()
	if err != nil {
		return err
	}
	<-p.slots
	return nil
}

func BadLocal(jobs []func() bool) bool {
	sem := make(chan struct{}, 2)
	var wg sync.WaitGroup
	for _, job := range jobs {
		sem <- struct{}{} // want DL013 "the slot taken here is not given back"
		if job == nil {
			return false
		}
		wg.Add(1)
		go func(job func() bool) {
			defer wg.Done()
			job()
		}(job)
		<-sem
	}
	wg.Wait()
	return true
}

func BadClosure(p *pool, run func(func() error)) {
	run(func() error {
		p.slots <- struct{}{} // want DL013 "the slot taken here is not given back"
		if len(p.slots) > 3 {
			return errBusy
		}
		<-p.slots
		return nil
	})
}

func BadGeneric[T any](p *pool, values []T, use func(T) error) error {
	for _, v := range values {
		p.slots <- struct{}{} // want DL013 "the slot taken here is not given back"
		if err := use(v); err != nil {
			return err
		}
		<-p.slots
	}
	return nil
}

type job interface{ Run() error }

func (p *pool) BadInterface(j job) error {
	p.slots <- struct{}{} // want DL013 "the slot taken here is not given back"
	err := j.Run()
	if err == nil {
		<-p.slots
	}
	return err
}

func (p *pool) OkDefer(job func() error) error {
	p.slots <- struct{}{}
	defer func() { <-p.slots }()
	return job()
}

func (p *pool) OkWeighted(ctx context.Context, job func() error) error {
	if err := p.sem.Acquire(ctx, 1); err != nil {
		return err
	}
	defer p.sem.Release(1)
	return job()
}

func (p *pool) OkEveryPath(job func() error) error {
	p.slots <- struct{}{}
	if err := job(); err != nil {
		<-p.slots
		return err
	}
	<-p.slots
	return nil
}

func (p *pool) OkGoroutine(jobs []func() error) error {
	for _, job := range jobs {
		p.slots <- struct{}{}
		if job == nil {
			<-p.slots
			return errBusy
		}
		go func(job func() error) {
			defer func() { <-p.slots }()
			_ = job()
		}(job)
	}
	return nil
}

func (p *pool) release() { <-p.slots }

func (p *pool) OkHelper(job func() error) error {
	p.slots <- struct{}{}
	if err := job(); err != nil {
		p.release()
		return err
	}
	<-p.slots
	return nil
}

func (p *pool) OkHandsOn(wait bool) func() {
	p.slots <- struct{}{}
	if wait {
		<-p.slots
		return func() {}
	}
	return p.release
}

func OkOtherPackage(l *lib.Limiter, job func() error) error {
	l.Slots <- struct{}{}
	defer l.Release()
	return job()
}

func OkSignals(done chan struct{}, ask bool) bool {
	done <- struct{}{}
	if ask {
		return true
	}
	<-done
	return false
}

func OkWaitsForAll(p *pool, jobs []func()) {
	for _, job := range jobs {
		p.slots <- struct{}{}
		go func(job func()) {
			job()
			<-p.slots
		}(job)
	}
	for i := 0; i < cap(p.slots); i++ {
		p.slots <- struct{}{}
	}
}

func OkGeneric[T any](p *pool, values []T, use func(T) error) error {
	for _, v := range values {
		if err := one(p, v, use); err != nil {
			return err
		}
	}
	return nil
}

func one[T any](p *pool, v T, use func(T) error) error {
	p.slots <- struct{}{}
	defer func() { <-p.slots }()
	return use(v)
}

// The limiter is made in another package, which is not read here.
func FN_OtherPackage(l *lib.Limiter, job func() error) error {
	l.Slots <- struct{}{}
	if err := job(); err != nil {
		return err
	}
	<-l.Slots
	return nil
}

type split struct{ slots chan struct{} }

func newSplit() *split { return &split{slots: make(chan struct{}, 4)} }

// Taking and giving back are in functions of their own.
func (s *split) FN_TwoFunctions(job func() error) error {
	s.take()
	if err := job(); err != nil {
		return err
	}
	s.release()
	return nil
}

func (s *split) take()    { s.slots <- struct{}{} }
func (s *split) release() { <-s.slots }

type requests struct{ inFlight chan struct{} }

func newRequests() *requests { return &requests{inFlight: make(chan struct{}, 4)} }

func (r *requests) OkReceiverGivesBack(send func() error) error {
	r.inFlight <- struct{}{}
	if err := send(); err != nil {
		<-r.inFlight
		return err
	}
	return nil
}

func (r *requests) receive(replies <-chan int) {
	for range replies {
		<-r.inFlight
	}
}

func OkBefore(sem *semaphore.Weighted) bool {
	sem.Release(1)
	return sem.TryAcquire(1)
}

func OkDeferredBefore(sem *semaphore.Weighted, ctx context.Context, running func() bool) {
	defer func() { sem.Release(1) }()
	for running() {
		sem.Release(1)
		sem.Acquire(ctx, 1)
	}
}
