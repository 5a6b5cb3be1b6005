// N09: the early way out unlocks, and the defer unlocks again.
package n09

import (
	"sync"
	"testing"
)

type seat struct {
	mu    sync.Mutex
	taken bool
}

func (s *seat) take() bool {
	s.mu.Lock()
	defer s.mu.Unlock() // want PN005
	if s.taken {
		s.mu.Unlock() // want PN005
		return false  // want PN005
	}
	s.taken = true
	return true
}

func TestUnlockTwice(t *testing.T) {
	s := &seat{}
	var wg sync.WaitGroup
	for i := 0; i < 2; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			s.take()
		}()
	}
	wg.Wait()
}
