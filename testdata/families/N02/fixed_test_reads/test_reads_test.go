// N02: the test looks at a field of a server that is still running, without its lock.
package n02

import (
	"sync"
	"testing"
)

type counterServer struct {
	mu    sync.Mutex
	total int
	in    chan int
	wg    sync.WaitGroup
}

func (s *counterServer) start() {
	s.wg.Add(1)
	go func() {
		defer s.wg.Done()
		for n := range s.in {
			s.mu.Lock()
			s.total += n
			s.mu.Unlock()
		}
	}()
}

func (s *counterServer) stop() {
	close(s.in)
	s.wg.Wait()
}

func TestTotal(t *testing.T) {
	s := &counterServer{in: make(chan int, 4)}
	s.start()
	for i := 0; i < 3; i++ {
		s.in <- i
	}
	s.stop()
	if s.total > 3 {
		t.Error("too much")
	}
}
