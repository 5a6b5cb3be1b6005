// B07: the wake-up comes from a timer's function, and the timer was stopped.
package b07

import (
	"sync"
	"testing"
	"time"
)

type backoff struct {
	mu    sync.Mutex
	timer *time.Timer
	wake  chan struct{}
}

func (b *backoff) schedule(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.timer = time.AfterFunc(d, func() { close(b.wake) })
}

func (b *backoff) cancel() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.timer != nil && b.timer.Stop() {
		b.timer = nil
	}
}

func (b *backoff) wait() {
	<-b.wake // want GL003|DL008|DL007
}

func TestTimerStopped(t *testing.T) {
	b := &backoff{wake: make(chan struct{})}
	b.schedule(time.Hour)
	b.cancel()
	b.wait()
}
