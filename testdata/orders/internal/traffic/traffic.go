// Package traffic counts requests.
package traffic

import "sync"

// Meter counts the requests of a server.
type Meter struct {
	mu       sync.Mutex
	requests int64
}

// Requests is the number of requests so far.
func (m *Meter) Requests() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.requests
}
