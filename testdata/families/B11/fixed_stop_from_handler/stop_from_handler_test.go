// B11: a handler that the loop runs stops the loop, and waits for its own end.
package b11

import (
	"testing"
)

type packet struct{ kind string }

type handlerFunc func(p packet)

type session struct {
	in       chan packet
	quit     chan struct{}
	done     chan struct{}
	handlers map[string]handlerFunc
}

func newSession() *session {
	s := &session{
		in:       make(chan packet),
		quit:     make(chan struct{}),
		done:     make(chan struct{}),
		handlers: map[string]handlerFunc{},
	}
	return s
}

func (s *session) run() {
	defer close(s.done)
	for {
		select {
		case p := <-s.in:
			if h, ok := s.handlers[p.kind]; ok {
				h(p)
			}
		case <-s.quit:
			return
		}
	}
}

func (s *session) stop() {
	close(s.quit)
	<-s.done
}

func TestStopFromHandler(t *testing.T) {
	s := newSession()
	s.handlers["bye"] = func(p packet) {
		go s.stop()
	}
	go s.run()
	s.in <- packet{"bye"}
	<-s.done
}
