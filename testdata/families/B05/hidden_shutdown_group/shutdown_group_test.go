// B05: Close waits for the workers while it holds the lock that the last worker needs to report its error.
package b05

import (
	"context"
	"errors"
	"sync"
	"testing"
)

type task func(ctx context.Context) error

type supervisor struct {
	mu     sync.Mutex
	wg     sync.WaitGroup
	cancel context.CancelFunc
	ctx    context.Context
	err    error
}

func newSupervisor(parent context.Context) *supervisor {
	s := &supervisor{}
	s.ctx, s.cancel = context.WithCancel(parent)
	return s
}

func (s *supervisor) start(t task) {
	s.wg.Add(1)
	go s.execute(t)
}

func (s *supervisor) execute(t task) {
	defer s.wg.Done()
	if err := t(s.ctx); err != nil {
		s.fail(err)
	}
}

func (s *supervisor) fail(err error) {
	s.mu.Lock() // want DL005|DL008
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = err
		s.cancel()
	}
}

func (s *supervisor) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cancel()
	s.wg.Wait() // want DL005|DL008
	return s.err
}

func TestShutdownGroup(t *testing.T) {
	s := newSupervisor(context.Background())
	s.start(func(ctx context.Context) error {
		<-ctx.Done()
		return errors.New("stopped")
	})
	if err := s.close(); err == nil {
		t.Error("no error")
	}
}
