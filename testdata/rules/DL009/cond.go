// Package dl009 waits for conditions, in loops and not.
package dl009

import "sync"

type queue struct {
	mu    sync.Mutex
	cond  *sync.Cond
	items []int
	other sync.Cond
}

func (q *queue) BadIf() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.items) == 0 {
		q.cond.Wait() // want DL009 "not in a loop"
	}
	return q.items[0]
}

func (q *queue) BadOnce() {
	q.cond.L.Lock()
	q.cond.Wait() // want DL009 "not in a loop"
	q.cond.L.Unlock()
}

func (q *queue) BadSwitch(mode int) {
	q.mu.Lock()
	switch mode {
	case 1:
		q.cond.Wait() // want DL009 "not in a loop"
	}
	q.mu.Unlock()
}

func BadGlobalStyle(mu *sync.Mutex, c *sync.Cond, ready *bool) {
	mu.Lock()
	defer mu.Unlock()
	if !*ready {
		c.Wait() // want DL009 "not in a loop"
	}
}

func BadClosure(q *queue) func() {
	return func() {
		q.mu.Lock()
		if q.items == nil {
			q.cond.Wait() // want DL009 "not in a loop"
		}
		q.mu.Unlock()
	}
}

func (q *queue) BadValueCond() {
	q.other.L.Lock()
	defer q.other.L.Unlock()
	if len(q.items) == 0 {
		println("waiting")
		q.other.Wait() // want DL009 "not in a loop"
	}
}

type shared[T any] struct {
	mu    sync.RWMutex
	cond  *sync.Cond
	value *T
}

func (s *shared[T]) BadGeneric() T {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.value == nil {
		s.cond.Wait() // want DL009 "not in a loop"
	}
	return *s.value
}

func (q *queue) OkFor() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.items) == 0 {
		q.cond.Wait()
	}
	return q.items[0]
}

func (q *queue) OkForever() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for {
		if len(q.items) > 0 {
			return
		}
		q.cond.Wait()
	}
}

func (q *queue) OkWrapper() {
	q.cond.Wait()
}

func (q *queue) OkLockedByCaller() {
	if len(q.items) == 0 {
		q.cond.Wait()
	}
}

func OkWaitGroup(mu *sync.Mutex, wg *sync.WaitGroup) {
	mu.Lock()
	defer mu.Unlock()
	wg.Wait()
}

func (q *queue) OkGoto() {
	q.mu.Lock()
	defer q.mu.Unlock()
again:
	if len(q.items) == 0 {
		q.cond.Wait()
		goto again
	}
}

func (s *shared[T]) OkGeneric() T {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.value == nil {
		s.cond.Wait()
	}
	return *s.value
}
