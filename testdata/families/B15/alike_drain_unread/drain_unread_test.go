// B15: the drain is right where the value cannot have been taken before.
package b15

import (
	"testing"
	"time"
)

type waiter struct {
	signal chan int
}

func (w *waiter) wait(d time.Duration) (int, bool) {
	timer := time.NewTimer(d)
	select {
	case v := <-w.signal:
		if !timer.Stop() {
			<-timer.C
		}
		return v, true
	case <-timer.C:
		return 0, false
	}
}

func TestDrainUnread(t *testing.T) {
	w := &waiter{signal: make(chan int, 1)}
	w.signal <- 4
	w.wait(time.Millisecond)
	w.wait(time.Millisecond)
}
