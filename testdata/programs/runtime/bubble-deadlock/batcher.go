//go:build go1.25

// Package batcher groups items.
package batcher

import (
	"sync"
	"time"
)

// Batcher flushes its items every now and then.
type Batcher struct {
	mu      sync.Mutex
	items   []string
	flushed chan int
	stop    chan struct{}
	wg      sync.WaitGroup
}

// New returns a running batcher.
func New(every time.Duration) *Batcher {
	b := &Batcher{flushed: make(chan int), stop: make(chan struct{})}
	b.wg.Add(1)
	go b.loop(every)
	return b
}

// Add keeps an item for the next flush.
func (b *Batcher) Add(item string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.items = append(b.items, item)
}

func (b *Batcher) loop(every time.Duration) {
	defer b.wg.Done()
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			b.flush()
		case <-b.stop:
			return
		}
	}
}

func (b *Batcher) flush() {
	b.mu.Lock()
	n := len(b.items)
	b.items = nil
	b.mu.Unlock()
	b.flushed <- n
}

// Close stops the batcher and returns the size of the last batch.
func (b *Batcher) Close() int {
	close(b.stop)
	b.wg.Wait()
	return <-b.flushed // MARK: BUG
}
