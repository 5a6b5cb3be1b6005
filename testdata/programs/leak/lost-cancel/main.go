package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

type inventory struct {
	mu       sync.Mutex
	reserved map[string]int
	prices   map[string]int
}

type request struct {
	inv *inventory
	sku string
}

func (r *request) release(ctx context.Context) {
	<-ctx.Done() // MARK: BUG
	r.inv.mu.Lock()
	r.inv.reserved[r.sku]--
	r.inv.mu.Unlock()
}

func (inv *inventory) reserve(ctx context.Context, sku string) {
	inv.mu.Lock()
	inv.reserved[sku]++
	inv.mu.Unlock()
	go (&request{inv: inv, sku: sku}).release(ctx)
}

// quote reserves an item while its price is looked up.
func (inv *inventory) quote(parent context.Context, sku string) int {
	ctx, cancel := context.WithCancel(parent)
	inv.reserve(ctx, sku)
	if cents, ok := inv.prices[sku]; ok {
		return cents
	}
	defer cancel()
	inv.prices[sku] = 100 * len(sku)
	return inv.prices[sku]
}

func main() {
	inv := &inventory{reserved: make(map[string]int), prices: make(map[string]int)}
	n := 0
	harness.Every(10*time.Second, func() {
		n++
		inv.quote(context.Background(), fmt.Sprintf("sku-%d", n%2))
	})
	harness.Run()
}
