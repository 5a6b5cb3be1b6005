// Package deferloop has locks that are released only when the function returns.
//
// want RS006
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
		defer a.mu.Unlock()
		total += a.bal
	}
	return total
}
