// B05: the retry goes back into a bounded queue under the lock that the workers need before they take the next.
package b05

import (
	"sync"
	"testing"
)

type attempt struct {
	id    int
	tries int
}

type retrier struct {
	mu      sync.Mutex
	queue   chan attempt
	pending int
	done    chan struct{}
}

func (r *retrier) finish(a attempt) {
	r.mu.Lock()
	if a.tries > 0 {
		r.mu.Unlock()
		r.queue <- attempt{a.id, a.tries - 1}
		return
	}
	r.pending--
	last := r.pending == 0
	r.mu.Unlock()
	if last {
		close(r.done)
	}
}

func (r *retrier) worker() {
	for {
		select {
		case a := <-r.queue:
			r.finish(a)
		case <-r.done:
			return
		}
	}
}

func TestBoundedRetry(t *testing.T) {
	r := &retrier{queue: make(chan attempt, 6), done: make(chan struct{}), pending: 3}
	go r.worker()
	go r.worker()
	for i := 0; i < 3; i++ {
		r.queue <- attempt{i, 1}
	}
	<-r.done
}
