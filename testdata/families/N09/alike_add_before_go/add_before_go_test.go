// N09: the group is used again, but only after its wait has returned.
package n09

import (
	"sync"
	"testing"
)

type stages struct {
	wg  sync.WaitGroup
	mu  sync.Mutex
	sum int
}

func (s *stages) run(n int) int {
	for stage := 0; stage < 2; stage++ {
		for i := 0; i < n; i++ {
			s.wg.Add(1)
			go func(i int) {
				defer s.wg.Done()
				s.mu.Lock()
				s.sum += i
				s.mu.Unlock()
			}(i)
		}
		s.wg.Wait()
	}
	return s.sum
}

func TestAddBeforeGo(t *testing.T) {
	s := &stages{}
	if got := s.run(2); got != 2 {
		t.Error(got)
	}
}
