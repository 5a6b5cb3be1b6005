// B15: a deadline that passed is drained by the waiter and by the one who sets the next.
package b15

import (
	"errors"
	"testing"
	"time"
)

type deadliner interface {
	setDeadline(d time.Duration)
}

type pipeDeadline struct {
	timer   *time.Timer
	expired chan struct{}
}

func (p *pipeDeadline) setDeadline(d time.Duration) {
	if p.timer != nil && !p.timer.Stop() {
		<-p.timer.C // want GL016|GL003|DL007
	}
	p.timer = time.NewTimer(d)
}

type reader struct {
	deadline *pipeDeadline
	data     chan []byte
}

var errDeadline = errors.New("deadline exceeded")

func (r *reader) read() ([]byte, error) {
	select {
	case b := <-r.data:
		return b, nil
	case <-r.deadline.timer.C:
		return nil, errDeadline
	}
}

func extend(d deadliner) { d.setDeadline(time.Hour) }

func TestDeadlineSetter(t *testing.T) {
	r := &reader{deadline: &pipeDeadline{}, data: make(chan []byte)}
	r.deadline.setDeadline(time.Millisecond)
	if _, err := r.read(); err != errDeadline {
		t.Error(err)
	}
	extend(r.deadline)
}
