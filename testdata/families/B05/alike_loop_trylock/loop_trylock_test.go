// B05: the loop asks for the lock without waiting for it, so that Stop may wait for the loop.
package b05

import (
	"sync"
	"testing"
)

type sampler struct {
	mu    sync.Mutex
	total int
	in    chan int
	done  chan struct{}
}

func (s *sampler) loop() {
	defer close(s.done)
	for v := range s.in {
		if s.mu.TryLock() {
			s.total += v
			s.mu.Unlock()
		}
	}
}

func (s *sampler) stop() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.in)
	<-s.done
	return s.total
}

func TestLoopTrylock(t *testing.T) {
	s := &sampler{in: make(chan int, 2), done: make(chan struct{})}
	go s.loop()
	s.in <- 1
	s.in <- 2
	_ = s.stop()
}
