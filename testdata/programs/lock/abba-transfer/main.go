package main

import (
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

type wallet struct {
	mu    sync.Mutex
	owner string
	cents int
}

func (w *wallet) deposit(cents int) {
	w.mu.Lock() // MARK: BUG
	defer w.mu.Unlock()
	w.cents += cents
}

func (w *wallet) pay(to *wallet, cents int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cents < cents {
		return
	}
	w.cents -= cents
	time.Sleep(150 * time.Millisecond)
	to.deposit(cents)
}

func main() {
	shop, client := &wallet{owner: "shop", cents: 9000}, &wallet{owner: "client", cents: 9000}
	go shop.pay(client, 100)
	go client.pay(shop, 250)
	time.Sleep(300 * time.Millisecond)
	harness.Every(10*time.Second, func() { go shop.deposit(1) })
	harness.Run()
}
