// Package pn002 has what PN002 finds (double-close), and what it does not.
package pn002

import "sync"

type stopper struct {
	done chan struct{}
	once sync.Once
}

func (s *stopper) stop() {
	select {
	case <-s.done:
	default:
		close(s.done) // want PN002 "closed already"
	}
}

func BadLookThenClose() {
	s := &stopper{done: make(chan struct{})}
	go s.stop()
	s.stop()
}

func (s *stopper) stopOnce() {
	s.once.Do(func() { close(s.done) })
}

func OkOnce() {
	s := &stopper{done: make(chan struct{})}
	go s.stopOnce()
	s.stopOnce()
}
