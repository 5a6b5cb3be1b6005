package main

import (
	"time"

	"fixtures.test/programs/internal/harness"
)

type withdraw struct {
	cents int
	reply chan bool
}

// Account is owned by one goroutine.
type Account struct{ requests chan withdraw }

func Open(balance int) *Account {
	a := &Account{requests: make(chan withdraw)}
	go a.serve(balance)
	return a
}

func (a *Account) serve(balance int) {
	for req := range a.requests {
		time.Sleep(5 * time.Millisecond)
		ok := balance >= req.cents
		if ok {
			balance -= req.cents
		}
		req.reply <- ok
	}
}

func (a *Account) Withdraw(cents int) bool {
	reply := make(chan bool)
	a.requests <- withdraw{cents: cents, reply: reply}
	return <-reply
}

func main() {
	account := Open(1 << 40)
	for i := 1; i <= 10; i++ {
		go func(cents int) {
			for {
				account.Withdraw(cents)
			}
		}(i)
	}
	harness.Run()
}
