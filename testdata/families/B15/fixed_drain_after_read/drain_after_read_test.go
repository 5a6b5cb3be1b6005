// B15: the timer's value was already taken when Stop reports that the timer had fired.
package b15

import (
	"testing"
	"time"
)

type flusher struct {
	pending int
	flushes int
	timer   *time.Timer
	more    chan int
	done    chan struct{}
}

func (f *flusher) run() {
	defer close(f.done)
	f.timer = time.NewTimer(time.Millisecond)
	for f.flushes < 2 {
		select {
		case n, ok := <-f.more:
			if !ok {
				return
			}
			f.pending += n
		case <-f.timer.C:
			f.flushes++
			f.pending = 0
		}
		if !f.timer.Stop() {
			select {
			case <-f.timer.C:
			default:
			}
		}
		f.timer.Reset(time.Millisecond)
	}
}

func TestDrainAfterRead(t *testing.T) {
	f := &flusher{more: make(chan int), done: make(chan struct{})}
	go f.run()
	select {
	case f.more <- 1:
	case <-f.done:
	}
	<-f.done
}
