// Package pricing computes what an order costs. A price depends on a slow
// supplier now and then, so callers ask with a deadline.
package pricing

import (
	"errors"
	"time"
)

// ErrTimeout is returned when the supplier did not answer in time.
var ErrTimeout = errors.New("pricing: supplier did not answer in time")

// Quote is the price of one order line.
type Quote struct {
	SKU   string
	Cents int
}

// Service asks suppliers for prices.
type Service struct {
	// Patience is how long Quote waits for a supplier.
	Patience time.Duration
}

// compute stands for the supplier's answer: every 16th article is slow.
func (s *Service) compute(sku string, quantity int) Quote {
	if hash(sku)%16 == 0 {
		time.Sleep(3 * s.Patience)
	} else {
		time.Sleep(2 * time.Millisecond)
	}
	return Quote{SKU: sku, Cents: quantity * (499 + int(hash(sku)%1000))}
}

func hash(s string) uint32 {
	h := uint32(2166136261)
	for i := 0; i < len(s); i++ {
		h = (h ^ uint32(s[i])) * 16777619
	}
	return h
}
