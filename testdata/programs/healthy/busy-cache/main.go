package main

import (
	"fmt"
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

// Rates are exchange rates, refreshed by one goroutine and read by many.
type Rates struct {
	mu      sync.RWMutex
	byPair  map[string]float64
	version int
}

func (r *Rates) Convert(pair string, amount float64) float64 {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.byPair[pair] * amount
}

func (r *Rates) refresh() {
	fresh := make(map[string]float64)
	for i := 0; i < 500; i++ {
		fresh[fmt.Sprintf("C%d/EUR", i)] = 1 + float64(i)/100
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	time.Sleep(2 * time.Millisecond) // the slow part of a swap
	r.byPair = fresh
	r.version++
}

func trade(r *Rates, trader int) {
	pair := fmt.Sprintf("C%d/EUR", trader)
	for {
		r.Convert(pair, 100)
		time.Sleep(10 * time.Millisecond)
	}
}

func main() {
	r := &Rates{byPair: map[string]float64{}}
	for i := 0; i < 40; i++ {
		go trade(r, i)
	}
	go func() {
		for range time.Tick(20 * time.Millisecond) {
			r.refresh()
		}
	}()
	harness.Run()
}
