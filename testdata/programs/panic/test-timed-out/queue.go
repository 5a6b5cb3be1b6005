// Package queue is a queue of strings.
package queue

// Queue hands items from one goroutine to another.
type Queue struct {
	items chan string
}

// New returns a queue with room for n items.
func New(n int) *Queue { return &Queue{items: make(chan string, n)} }

// Put adds an item.
func (q *Queue) Put(s string) { q.items <- s }

// Take waits for an item.
func (q *Queue) Take() string {
	return <-q.items // MARK: BUG
}
