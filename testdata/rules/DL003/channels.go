// Package dl003 has what DL003 finds (lock-not-released), and what it does not.
package dl003

import "sync"

type account struct {
	mu      sync.Mutex
	balance int
}

func (a *account) spend(n int) bool {
	a.mu.Lock() // want DL003 "never released"
	if a.balance < n {
		return false
	}
	a.balance -= n
	a.mu.Unlock()
	return true
}

func BadSpendTwice() {
	a := &account{balance: 1}
	done := make(chan bool)
	go func() {
		done <- a.spend(2)
	}()
	<-done
	a.spend(1)
}

func (a *account) spendRight(n int) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.balance < n {
		return false
	}
	a.balance -= n
	return true
}

func OkSpendTwice() {
	a := &account{balance: 1}
	done := make(chan bool)
	go func() {
		done <- a.spendRight(2)
	}()
	<-done
	a.spendRight(1)
}
