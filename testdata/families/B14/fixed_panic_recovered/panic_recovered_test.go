// B14: a worker whose function panics is recovered by its wrapper, which knows nothing of the group.
package b14

import (
	"fmt"
	"sync"
	"testing"
)

type safeRunner struct {
	wg   sync.WaitGroup
	mu   sync.Mutex
	errs []error
}

func (s *safeRunner) protect(f func()) {
	defer func() {
		if p := recover(); p != nil {
			s.mu.Lock()
			s.errs = append(s.errs, fmt.Errorf("recovered: %v", p))
			s.mu.Unlock()
		}
	}()
	f()
}

func (s *safeRunner) spawn(f func()) {
	s.wg.Add(1)
	go s.protect(func() {
		defer s.wg.Done()
		f()
	})
}

func TestPanicRecovered(t *testing.T) {
	s := &safeRunner{}
	s.spawn(func() {})
	s.spawn(func() { panic("boom") })
	s.wg.Wait()
}
