//go:build fixed

package traffic

// Count counts a request.
func (m *Meter) Count() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.requests++
}
