package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

type settings struct{ version int }

// watcher hands each new version of the settings to every component.
type watcher struct {
	mu    sync.Mutex
	sinks []chan settings
}

func (w *watcher) subscribe() <-chan settings {
	c := make(chan settings, 1)
	w.mu.Lock()
	w.sinks = append(w.sinks, c)
	w.mu.Unlock()
	return c
}

func (w *watcher) publish(s settings) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.sinks {
		select {
		case <-c: // an old version nobody has looked at
		default:
		}
		c <- s
	}
}

type component struct {
	name    string
	version int
}

func (c *component) follow(ctx context.Context, changes <-chan settings) {
	for {
		select {
		case s := <-changes:
			c.version = s.version
		case <-ctx.Done():
			return
		}
	}
}

func main() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	w := new(watcher)
	for i := 0; i < 12; i++ {
		c := &component{name: fmt.Sprintf("component-%d", i)}
		go c.follow(ctx, w.subscribe())
	}
	version := 0
	harness.Every(4*time.Minute, func() {
		version++
		w.publish(settings{version: version})
	})
	harness.Run()
}
