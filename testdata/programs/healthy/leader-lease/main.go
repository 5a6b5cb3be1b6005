package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

// Lease is held by one replica at a time.
type Lease struct {
	mu     sync.Mutex
	holder string
	until  time.Time
}

var errHeld = errors.New("held by somebody else")

func (l *Lease) acquire(who string, d time.Duration) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if l.holder != who && now.Before(l.until) {
		return errHeld
	}
	l.holder, l.until = who, now.Add(d)
	return nil
}

type replica struct {
	name  string
	lease *Lease
}

func (r *replica) run(ctx context.Context) {
	for ctx.Err() == nil {
		if r.lease.acquire(r.name, 6*time.Second) == nil {
			term, cancel := context.WithTimeout(ctx, 5*time.Second)
			r.lead(term)
			cancel()
		}
		r.sleep(ctx, 2*time.Second)
	}
}

// lead does the leader's work until the term is over.
func (r *replica) lead(term context.Context) {
	var work sync.WaitGroup
	for i := 0; i < 3; i++ {
		work.Add(1)
		go func() {
			defer work.Done()
			r.reconcile(term)
		}()
	}
	work.Wait()
}

func (r *replica) reconcile(term context.Context) {
	for term.Err() == nil {
		r.sleep(term, 300*time.Millisecond)
	}
}

func (r *replica) sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

func main() {
	lease := new(Lease)
	for _, name := range []string{"a", "b", "c"} {
		r := &replica{name: name, lease: lease}
		go r.run(context.Background())
	}
	harness.Run()
}
