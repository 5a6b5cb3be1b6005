// B07: the server tells that it is ready only where it listens; a client of a closed server waits for it.
package b07

import (
	"errors"
	"sync"
	"testing"
)

type listener interface {
	open() error
}

type failing struct{}

func (failing) open() error { return errors.New("address in use") }

type server struct {
	l     listener
	ready chan struct{}
	mu    sync.Mutex
	err   error
}

func (s *server) serve() {
	if err := s.l.open(); err != nil {
		s.mu.Lock()
		s.err = err
		s.mu.Unlock()
		return
	}
	close(s.ready)
}

func (s *server) waitReady() error {
	<-s.ready // want GL003|DL008|DL007
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

func TestReadyNeverSet(t *testing.T) {
	s := &server{l: failing{}, ready: make(chan struct{})}
	go s.serve()
	if err := s.waitReady(); err == nil {
		t.Error("ready without a listener")
	}
}
