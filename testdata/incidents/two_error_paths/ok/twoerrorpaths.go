// Package twoerrorpaths has two directions of a connection that fail at the same time, as it should be.
package twoerrorpaths

import (
	"errors"
	"sync"
)

type Stream struct {
	once sync.Once
	errs chan error
	done chan struct{}
}

func (s *Stream) fail(err error) { s.errs <- err; s.once.Do(func() { close(s.done) }) }
func Open(read, write func() error) *Stream {
	s := &Stream{errs: make(chan error, 2), done: make(chan struct{})}
	go func() {
		if err := read(); err != nil {
			s.fail(err)
		}
	}()
	go func() {
		if err := write(); err != nil {
			s.fail(errors.Join(err))
		}
	}()
	return s
}
