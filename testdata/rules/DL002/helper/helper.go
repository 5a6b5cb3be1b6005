// Package helper has accounts that are locked one by one.
package helper

import "sync"

// Account has a lock of its own.
type Account struct {
	mu      sync.Mutex
	balance int
}

// Lock locks an account.
func (a *Account) Lock() { a.mu.Lock() }

// Unlock unlocks it.
func (a *Account) Unlock() { a.mu.Unlock() }

// Take locks while it takes.
func (a *Account) Take(n int) {
	a.mu.Lock()
	a.balance -= n
	a.mu.Unlock()
}
