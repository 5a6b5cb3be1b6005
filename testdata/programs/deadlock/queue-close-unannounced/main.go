package main

import (
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

type queue struct {
	mu       sync.Mutex
	nonEmpty sync.Cond
	items    []string
	closed   bool
}

func newQueue() *queue {
	q := &queue{}
	q.nonEmpty.L = &q.mu
	return q
}

func (q *queue) push(item string) {
	q.mu.Lock()
	q.items = append(q.items, item)
	q.mu.Unlock()
	q.nonEmpty.Signal()
}

func (q *queue) pop() (string, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.items) == 0 && !q.closed {
		q.nonEmpty.Wait() // MARK: BUG
	}
	if len(q.items) == 0 {
		return "", false
	}
	item := q.items[0]
	q.items = q.items[1:]
	return item, true
}

func (q *queue) close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
}

type sender struct {
	q    *queue
	wg   sync.WaitGroup
	done chan struct{}
}

func (s *sender) consume() {
	defer s.wg.Done()
	for {
		if _, ok := s.q.pop(); !ok {
			return
		}
	}
}

func (s *sender) join() {
	s.wg.Wait()
	close(s.done)
}

func sendAll(mails []string) {
	s := &sender{q: newQueue(), done: make(chan struct{})}
	for i := 0; i < 2; i++ {
		s.wg.Add(1)
		go s.consume()
	}
	for _, m := range mails {
		s.q.push(m)
	}
	time.Sleep(5 * time.Millisecond)
	s.q.close()
	go s.join()
}

func main() {
	harness.Every(10*time.Second, func() { sendAll([]string{"ann", "bob", "eve"}) })
	harness.Run()
}
