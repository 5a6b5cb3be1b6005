// Package deferloop has locks that are released only when the function returns, as it should be.
package deferloop

import "sync"

type Account struct {
	mu  sync.Mutex
	bal int
}

func Sum(accts []*Account) int {
	total := 0
	for _, a := range accts {
		a.mu.Lock()
		total += a.bal
		a.mu.Unlock()
	}
	return total
}
