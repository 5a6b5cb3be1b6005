// B15: a flag says whether the value was taken.
package b15

import (
	"testing"
	"time"
)

type debouncer struct {
	events chan int
	fired  int
}

func (d *debouncer) run(window time.Duration, done chan<- int) {
	timer := time.NewTimer(window)
	taken := false
	for range d.events {
		if !timer.Stop() && !taken {
			<-timer.C
		}
		timer.Reset(window)
		taken = false
		select {
		case <-timer.C:
			taken = true
			d.fired++
		default:
		}
	}
	timer.Stop()
	done <- d.fired
}

func TestDrainFlag(t *testing.T) {
	d := &debouncer{events: make(chan int)}
	done := make(chan int)
	go d.run(time.Millisecond, done)
	d.events <- 1
	d.events <- 2
	close(d.events)
	<-done
}
