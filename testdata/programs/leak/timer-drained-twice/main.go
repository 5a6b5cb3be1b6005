package main

import (
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

type idleTimer struct {
	timer   *time.Timer
	expired bool
}

func (t *idleTimer) expire() bool {
	select {
	case <-t.timer.C:
		t.expired = true
	case <-time.After(20 * time.Millisecond):
	}
	return t.expired
}

// touch restarts the idle period.
func (t *idleTimer) touch(d time.Duration) {
	if !t.timer.Stop() {
		<-t.timer.C // MARK: BUG
	}
	t.expired = false
	t.timer.Reset(d)
}

type connState struct {
	mu   sync.Mutex
	idle *idleTimer
	open bool
}

func (c *connState) serve(requests int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := 0; i < requests; i++ {
		if c.idle.expire() {
			c.open = false
		}
		c.idle.touch(5 * time.Millisecond)
	}
}

func main() {
	harness.Every(10*time.Second, func() {
		c := &connState{idle: &idleTimer{timer: time.NewTimer(time.Millisecond)}, open: true}
		go c.serve(3)
	})
	harness.Run()
}
