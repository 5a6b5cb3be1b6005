// Package helper has a queue with a worker of its own.
package helper

// Queue hands values to a worker.
type Queue struct {
	in  chan int
	sum int
}

// NewQueue starts the worker, which ends at Close.
func NewQueue() *Queue {
	q := &Queue{in: make(chan int)}
	go q.work()
	return q
}

func (q *Queue) work() {
	for v := range q.in {
		q.sum += v
	}
}

// Put hands a value over.
func (q *Queue) Put(v int) { q.in <- v }

// Close ends the worker.
func (q *Queue) Close() { close(q.in) }

// Collect starts a goroutine that takes what comes.
func Collect(in <-chan int, sum *int) {
	go func() {
		for v := range in {
			*sum += v
		}
	}()
}
