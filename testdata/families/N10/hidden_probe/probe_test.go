// N10: a failing goroutine of a helper reports to the test after the test gave up waiting.
package n10

import (
	"errors"
	"testing"
	"time"
)

type probe struct {
	t    *testing.T
	done chan error
}

func (p *probe) run(fail bool) {
	go func() {
		time.Sleep(3 * time.Millisecond)
		if fail {
			p.t.Error("probe failed") // want DR010
		}
		p.done <- errors.New("over")
	}()
}

func TestProbe(t *testing.T) {
	p := &probe{t: t, done: make(chan error, 1)}
	p.run(true)
	select {
	case <-p.done:
	case <-time.After(time.Millisecond):
	}
}
