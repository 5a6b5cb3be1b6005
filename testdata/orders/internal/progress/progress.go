// Package progress shows a customer how far the checkout is.
package progress

import (
	"sync/atomic"
	"time"
)

// Step is how often a checkout's progress is looked at.
const Step = 500 * time.Millisecond

// Meter counts the steps of one checkout.
type Meter struct{ steps int64 }

func (m *Meter) advance() { atomic.AddInt64(&m.steps, 1) }

// Percent is between 0 and 100.
func (m *Meter) Percent() int {
	if n := atomic.LoadInt64(&m.steps); n < 20 {
		return int(n) * 5
	}
	return 100
}
