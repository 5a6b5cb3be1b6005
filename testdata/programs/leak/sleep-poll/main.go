package main

import (
	"context"
	"time"

	"fixtures.test/programs/internal/harness"
)

type lease struct {
	key   string
	epoch int
}

type leaseKeeper struct {
	updates chan lease
	current lease
}

func (k *leaseKeeper) renew(ctx context.Context, every time.Duration) {
	for {
		select {
		case l := <-k.updates:
			k.current = l
		default:
			time.Sleep(every) // MARK: BUG
			k.current.epoch++
		}
	}
}

// withLease runs f while the lease is held.
func withLease(key string, f func()) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	k := &leaseKeeper{updates: make(chan lease, 1)}
	k.updates <- lease{key: key}
	go k.renew(ctx, 50*time.Millisecond)
	f()
}

func main() {
	harness.Every(10*time.Second, func() {
		withLease("shard-7", func() { time.Sleep(5 * time.Millisecond) })
	})
	harness.Run()
}
