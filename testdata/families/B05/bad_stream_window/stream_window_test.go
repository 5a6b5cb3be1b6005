// B05: a writer waits for quota with the stream locked; the frames that bring quota are handled under the same lock.
package b05

import (
	"sync"
	"testing"
)

type quota struct {
	c chan int
}

func newQuota(n int) *quota {
	q := &quota{c: make(chan int, 1)}
	q.c <- n
	return q
}

func (q *quota) add(n int) {
	select {
	case left := <-q.c:
		n += left
	default:
	}
	if n > 0 {
		q.c <- n
	}
}

func (q *quota) acquire() <-chan int { return q.c }

type stream struct {
	mu   sync.Mutex
	sent int
	q    *quota
}

type transport struct {
	streams map[uint32]*stream
	frames  chan uint32
}

func (t *transport) write(s *stream, size int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for size > 0 {
		n := <-s.q.acquire() // want DL005|DL008
		if n > size {
			s.q.add(n - size)
			n = size
		}
		size -= n
		s.sent += n
	}
}

func (t *transport) handleWindowUpdate(id uint32, n int) {
	s, ok := t.streams[id]
	if !ok {
		return
	}
	s.mu.Lock() // want DL005|DL008
	s.sent -= n
	s.mu.Unlock()
	s.q.add(n)
}

func (t *transport) reader(wg *sync.WaitGroup) {
	defer wg.Done()
	for id := range t.frames {
		t.handleWindowUpdate(id, 2)
	}
}

func TestStreamWindow(t *testing.T) {
	s := &stream{q: newQuota(1)}
	tr := &transport{streams: map[uint32]*stream{1: s}, frames: make(chan uint32, 1)}
	var wg sync.WaitGroup
	wg.Add(1)
	go tr.reader(&wg)
	tr.frames <- 1
	close(tr.frames)
	tr.write(s, 3)
	wg.Wait()
}
