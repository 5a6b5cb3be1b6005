// Package queuefulllock has a full queue whose consumer needs the lock.
//
// want DL005
package queuefulllock

import "sync"

type Q struct {
	mu sync.Mutex
	ch chan int
	n  int
}

func New() *Q { q := &Q{ch: make(chan int, 1)}; go q.drain(); return q }
func (q *Q) drain() {
	for range q.ch {
		q.mu.Lock()
		q.n--
		q.mu.Unlock()
	}
}
func (q *Q) Push(v int) { q.mu.Lock(); defer q.mu.Unlock(); q.n++; q.ch <- v }
func Main() {
	q := New()
	for i := 0; i < 5; i++ {
		q.Push(i)
	}
	close(q.ch)
}
