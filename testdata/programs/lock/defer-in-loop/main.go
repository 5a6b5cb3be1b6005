package main

import (
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

type account struct {
	mu    sync.Mutex
	cents int
}

type entry struct {
	account string
	cents   int
}

type bank struct {
	accounts map[string]*account
}

func (b *bank) settle(entries []entry) {
	for _, e := range entries {
		a := b.accounts[e.account]
		a.mu.Lock() // MARK: BUG
		defer a.mu.Unlock()
		a.cents += e.cents
	}
}

func main() {
	b := &bank{accounts: map[string]*account{"ann": {}, "bob": {}}}
	b.settle([]entry{{"ann", 10}, {"bob", 20}})
	harness.Every(10*time.Second, func() {
		go b.settle([]entry{{"bob", 5}, {"ann", 1}, {"bob", -5}})
	})
	harness.Run()
}
