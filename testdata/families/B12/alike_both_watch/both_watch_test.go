// B12: both ends look at the same stop channel.
package b12

import (
	"testing"
)

type ticket struct{ id int }

type dispenser struct {
	out  chan ticket
	stop chan struct{}
}

func (d *dispenser) run() {
	for i := 0; ; i++ {
		select {
		case d.out <- ticket{i}:
		case <-d.stop:
			return
		}
	}
}

func (d *dispenser) next() (ticket, bool) {
	select {
	case tk := <-d.out:
		return tk, true
	case <-d.stop:
		return ticket{}, false
	}
}

func TestBothWatch(t *testing.T) {
	d := &dispenser{out: make(chan ticket), stop: make(chan struct{})}
	go d.run()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			if _, ok := d.next(); !ok {
				return
			}
		}
	}()
	d.next()
	close(d.stop)
	<-done
}
