// Package spool delivers mail in the background.
package spool

import "sync"

// Spool counts what it delivered.
type Spool struct {
	wg        sync.WaitGroup
	delivered int
}

// Send starts the delivery of one mail after the other.
func (s *Spool) Send(mails ...string) {
	s.wg.Add(1)
	go s.deliver(mails)
}

func (s *Spool) deliver(mails []string) {
	defer s.wg.Done()
	for range mails {
		s.delivered++ // MARK: WRITE
	}
}

// Close waits for the deliveries and tells how many there were.
func (s *Spool) Close() int {
	s.wg.Wait()
	return s.delivered
}
