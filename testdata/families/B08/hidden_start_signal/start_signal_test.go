// B08: start reports to a channel that its caller reads only after start has returned.
package b08

import (
	"testing"
)

type phase int

const (
	starting phase = iota
	started
	stopped
)

type options struct {
	onPhase func(p phase)
	buffer  int
}

type service struct {
	opts   options
	phases chan phase
}

func newService(set ...func(*options)) *service {
	s := &service{}
	for _, f := range set {
		f(&s.opts)
	}
	s.phases = make(chan phase, s.opts.buffer)
	if s.opts.onPhase == nil {
		s.opts.onPhase = func(p phase) { s.phases <- p } // want DL007|GL002
	}
	return s
}

func withBuffer(n int) func(*options) {
	return func(o *options) { o.buffer = n }
}

func (s *service) start() {
	s.opts.onPhase(starting)
	s.opts.onPhase(started)
}

func TestStartSignal(t *testing.T) {
	s := newService(withBuffer(1))
	s.start()
	for p := range []int{0, 1} {
		if got := <-s.phases; int(got) != p {
			t.Error(got)
		}
	}
}
