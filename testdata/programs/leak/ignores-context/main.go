package main

import (
	"context"
	"time"

	"fixtures.test/programs/internal/harness"
)

type entry struct{ lsn int }

type follower struct {
	applied int
	entries chan entry
}

type replicator struct {
	f *follower
}

func (r *replicator) run(ctx context.Context) error {
	for {
		e := r.pull()
		if e.lsn <= r.f.applied {
			continue
		}
		r.f.applied = e.lsn
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

func (r *replicator) pull() entry {
	return <-r.f.entries // MARK: BUG
}

// lead runs one term of leadership.
func lead(term int) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
	defer cancel()
	f := &follower{entries: make(chan entry)}
	go (&replicator{f: f}).run(ctx)
	f.entries <- entry{lsn: term}
	<-ctx.Done()
}

func main() {
	term := 0
	harness.Every(10*time.Second, func() {
		term++
		lead(term)
	})
	harness.Run()
}
