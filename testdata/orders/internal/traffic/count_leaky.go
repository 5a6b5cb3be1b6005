//go:build !fixed

package traffic

// Count counts a request.
func (m *Meter) Count() {
	m.requests++ // MARK: RACE
}
