// Package closeflag has a queue that holds its lock while it waits for its consumer, as it should be.
package closeflag

import "sync"

type Queue struct {
	mu     sync.Mutex
	ch     chan int
	closed bool
}

func (q *Queue) Put(v int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return
	}
	q.ch <- v
}
func (q *Queue) Close()   { q.mu.Lock(); defer q.mu.Unlock(); q.closed = true; close(q.ch) }
func (q *Queue) Len() int { q.mu.Lock(); defer q.mu.Unlock(); return len(q.ch) }
func Run() {
	q := &Queue{ch: make(chan int)}
	done := make(chan bool)
	go func() {
		for range q.ch {
		}
		close(done)
	}()
	q.Put(1)
	q.Put(2)
	q.Close()
	<-done
}
