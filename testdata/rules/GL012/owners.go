package gl012

import (
	"context"
	"time"
)

type refresher struct {
	quit chan struct{}
	load func()
}

func (r *refresher) BadOwnerStops() {
	ticker := time.NewTicker(time.Minute)
	defer ticker.Stop()
	go func() {
		for range ticker.C { // want GL012 "waits for the next tick for ever"
			r.load()
		}
	}()
}

func (r *refresher) Stop() { close(r.quit) }

type reporter struct{ send func() }

func newReporter(send func()) *reporter {
	r := &reporter{send: send}
	go r.loop()
	return r
}

func (r *reporter) loop() {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		<-ticker.C // want GL012 "for ever, also after"
		r.send()
	}
}

// Close is called, and ends nothing.
func (r *reporter) Close() error { return nil }

func BadOwnerCloses(send func()) error {
	return newReporter(send).Close()
}

type syncer struct {
	ctx  context.Context
	pull func()
}

func (s *syncer) OkOwnerAsked() {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	go func() {
		for range ticker.C {
			if s.ctx.Err() != nil {
				return
			}
			s.pull()
		}
	}()
}

func (s *syncer) Stop() {}

// OkOwnerForLife has no way to be stopped, and none is meant.
type clock struct{ now time.Time }

func (c *clock) OkOwnerForLife() {
	ticker := time.NewTicker(time.Second)
	go func() {
		for c.now = range ticker.C {
		}
	}()
}
