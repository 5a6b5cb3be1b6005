// Package inversion has two transfers that lock in opposite orders.
//
// want DL002
package inversion

import "sync"

type Acct struct {
	mu      sync.Mutex
	id, bal int
}

func Transfer(a, b *Acct, n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	b.mu.Lock()
	defer b.mu.Unlock()
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
