package main

import (
	"fmt"
	"sync"
)

// Account is a balance that many goroutines change.
type Account struct {
	mu      sync.Mutex
	cents   int
	history []int
}

// Deposit adds money.
func (a *Account) Deposit(cents int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.cents += cents // MARK: WRITE
	a.history = append(a.history, cents)
}

// Withdraw takes money if there is enough.
func (a *Account) Withdraw(cents int) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.cents < cents {
		return false
	}
	a.cents -= cents
	return true
}

// Balance returns the present balance.
func (a *Account) Balance() int {
	return a.cents // MARK: READ
}

func main() {
	a := &Account{}
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		a.Deposit(1500)
	}()
	fmt.Println(a.Balance() >= 0)
	wg.Wait()
	a.Withdraw(100)
}
