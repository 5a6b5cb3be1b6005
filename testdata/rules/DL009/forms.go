package dl009

import (
	"sync"

	"example.com/rules/dl009/helper"
)

type stock struct {
	mu   sync.Mutex
	bins struct {
		filled *sync.Cond
		count  int
	}
}

func (s *stock) BadField() {
	s.mu.Lock()
	if s.bins.count == 0 {
		s.bins.filled.Wait() // want DL009 "not in a loop"
	}
	s.bins.count--
	s.mu.Unlock()
}

func (s *stock) OkField() {
	s.mu.Lock()
	for s.bins.count == 0 {
		s.bins.filled.Wait()
	}
	s.bins.count--
	s.mu.Unlock()
}

func BadParameter(c *sync.Cond, empty func() bool) {
	c.L.Lock()
	if empty() {
		c.Wait() // want DL009 "not in a loop"
	}
	c.L.Unlock()
}

func OkParameter(c *sync.Cond, empty func() bool) {
	c.L.Lock()
	for empty() {
		c.Wait()
	}
	c.L.Unlock()
}

func BadOtherPackage(q *helper.Queue) {
	q.Cond.L.Lock()
	if q.Len == 0 {
		q.Cond.Wait() // want DL009 "not in a loop"
	}
	q.Cond.L.Unlock()
}

func OkOtherPackage(q *helper.Queue) {
	q.Cond.L.Lock()
	for q.Len == 0 {
		q.Cond.Wait()
	}
	q.Cond.L.Unlock()
}

type waiter interface{ Wait() }

// The condition behind an interface is any waiter: a WaitGroup's Wait needs no loop.
func FN_Interface(c *sync.Cond, ready *bool) {
	var w waiter = c
	c.L.Lock()
	if !*ready {
		w.Wait()
	}
	c.L.Unlock()
}

func OkInterface(c *sync.Cond, ready *bool) {
	var w waiter = c
	c.L.Lock()
	for !*ready {
		w.Wait()
	}
	c.L.Unlock()
}

func OkClosure(q *queue) func() {
	return func() {
		q.mu.Lock()
		for q.items == nil {
			q.cond.Wait()
		}
		q.mu.Unlock()
	}
}
