// Package tested is looked into by its tests.
package tested

import "sync"

// Queue hands values to one consumer.
type Queue struct {
	mu     sync.Mutex
	closed bool
	values chan int
}

// New makes a queue with room for one value.
func New() *Queue {
	return &Queue{values: make(chan int, 1)}
}

// Put adds a value unless the queue is closed.
func (q *Queue) Put(value int) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return false
	}
	q.values <- value
	return true
}

// Take waits for a value.
func (q *Queue) Take() int {
	return <-q.values
}

// Close lets nobody put more.
func (q *Queue) Close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.closed {
		q.closed = true
		close(q.values)
	}
}

// Seal says that it is closed, and does not close the channel.
func (q *Queue) Seal() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
}
