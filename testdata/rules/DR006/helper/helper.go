// Package helper has a meter.
package helper

import "sync/atomic"

// Meter adds up.
type Meter struct{ Total int64 }

// Add adds.
func (m *Meter) Add(n int64) { atomic.AddInt64(&m.Total, n) }

// Sum is what was added.
func (m *Meter) Sum() int64 { return atomic.LoadInt64(&m.Total) }
