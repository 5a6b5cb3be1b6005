// B09: the helper's context is made inside the branch, and its cancel function ends there.
package b09

import (
	"context"
	"testing"
	"time"
)

type options struct {
	keepAlive bool
	interval  time.Duration
}

type channel struct {
	beats chan int
	stop  context.CancelFunc
}

func open(parent context.Context, o options) *channel {
	c := &channel{beats: make(chan int, 1), stop: func() {}}
	if o.keepAlive {
		ctx, stop := context.WithCancel(parent) // want CX001
		go c.keepAlive(ctx, o.interval)
		_ = stop
	}
	return c
}

func (c *channel) keepAlive(ctx context.Context, every time.Duration) {
	timer := time.NewTimer(every)
	defer timer.Stop()
	for n := 0; ; n++ {
		select { // want GL006|CX001|GL003
		case <-timer.C:
			select {
			case c.beats <- n:
			default:
			}
		case <-ctx.Done():
			return
		}
	}
}

func (c *channel) close() { c.stop() }

func TestTimeoutShadowed(t *testing.T) {
	c := open(context.Background(), options{keepAlive: true, interval: time.Millisecond})
	c.close()
}
