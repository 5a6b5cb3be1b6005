// Package inversion has two transfers that lock in opposite orders, as it should be.
package inversion

import "sync"

type Acct struct {
	mu      sync.Mutex
	id, bal int
}

func Transfer(a, b *Acct, n int) {
	f, s := a, b
	if b.id < a.id {
		f, s = b, a
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	a.bal -= n
	b.bal += n
}
func Run() {
	x, y := &Acct{id: 1}, &Acct{id: 2}
	var wg sync.WaitGroup
	wg.Add(2)
	go func() { defer wg.Done(); Transfer(x, y, 1) }()
	go func() { defer wg.Done(); Transfer(y, x, 1) }()
	wg.Wait()
}
