// Package stock counts goods and writes every movement to the journal.
package stock

import (
	"sync"
	"time"

	"fixtures.test/programs/lock/abba-packages/journal"
)

// Stock holds quantities by SKU.
type Stock struct {
	mu      sync.Mutex
	qty     map[string]int
	journal *journal.Journal
}

// New returns an empty stock that writes to j.
func New(j *journal.Journal) *Stock {
	return &Stock{qty: make(map[string]int), journal: j}
}

// Fill sets a quantity.
func (s *Stock) Fill(sku string, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.qty[sku] = n
	s.journal.Append(journal.Entry{SKU: sku, Delta: n})
}

// Sell removes goods and records it.
func (s *Stock) Sell(sku string, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.qty[sku] -= n
	time.Sleep(150 * time.Millisecond)
	s.journal.Append(journal.Entry{SKU: sku, Delta: -n})
}

// Reserve tells whether n pieces are left.
func (s *Stock) Reserve(sku string, n int) bool {
	s.mu.Lock() // MARK: RESERVE
	defer s.mu.Unlock()
	return s.qty[sku] >= n
}
