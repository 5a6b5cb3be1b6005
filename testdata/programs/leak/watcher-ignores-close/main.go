package main

import (
	"time"

	"fixtures.test/programs/internal/harness"
)

type change struct{ path string }

// Watcher collects file changes and flushes them on demand.
type Watcher struct {
	changes chan change
	flush   chan struct{}
	closing chan struct{}
	pending []change
}

// Watch starts a watcher for one tenant.
func Watch() *Watcher {
	w := &Watcher{
		changes: make(chan change, 16),
		flush:   make(chan struct{}),
		closing: make(chan struct{}),
	}
	go w.loop()
	return w
}

func (w *Watcher) loop() {
	for {
		select { // MARK: BUG
		case c := <-w.changes:
			w.pending = append(w.pending, c)
		case <-w.flush:
			w.pending = w.pending[:0]
		}
	}
}

// Close tells the loop to stop.
func (w *Watcher) Close() {
	close(w.closing)
}

func reconfigure(old *Watcher) *Watcher {
	if old != nil {
		old.Close()
	}
	w := Watch()
	w.changes <- change{path: "/etc/app/config.yaml"}
	return w
}

func main() {
	var w *Watcher
	harness.Every(10*time.Second, func() { w = reconfigure(w) })
	harness.Run()
}
