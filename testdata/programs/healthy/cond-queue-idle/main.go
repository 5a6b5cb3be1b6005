package main

import (
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

// Queue has no bound; Take waits until there is something.
type Queue struct {
	mu    sync.Mutex
	more  *sync.Cond
	items []int
}

func NewQueue() *Queue {
	q := new(Queue)
	q.more = sync.NewCond(&q.mu)
	return q
}

func (q *Queue) Put(items ...int) {
	q.mu.Lock()
	q.items = append(q.items, items...)
	q.mu.Unlock()
	q.more.Broadcast()
}

func (q *Queue) Take() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.items) == 0 {
		q.more.Wait()
	}
	item := q.items[0]
	q.items = q.items[1:]
	return item
}

func send(mail int) { time.Sleep(30 * time.Millisecond) }

func main() {
	q := NewQueue()
	for i := 0; i < 6; i++ {
		go func() {
			for {
				send(q.Take())
			}
		}()
	}
	harness.Every(45*time.Second, func() { q.Put(1, 2, 3, 4, 5, 6, 7, 8, 9) })
	harness.Run()
}
