//go:build fixed

package events

// Close ends the subscription and with it every loop over its channel.
func (s *Subscription) Close() {
	s.bus.mu.Lock()
	defer s.bus.mu.Unlock()
	if _, open := s.bus.subs[s.id]; open {
		delete(s.bus.subs, s.id)
		close(s.c)
	}
}
