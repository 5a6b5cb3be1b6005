// Package semaphore stands in for the module of this name: only what the fixture needs.
package semaphore

import "context"

// Weighted limits something.
type Weighted struct{ slots chan struct{} }

// NewWeighted makes a semaphore with n slots.
func NewWeighted(n int64) *Weighted { return &Weighted{slots: make(chan struct{}, n)} }

// Acquire takes n slots or fails with the context.
func (s *Weighted) Acquire(ctx context.Context, n int64) error {
	for ; n > 0; n-- {
		select {
		case s.slots <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// TryAcquire takes a slot if there is one.
func (s *Weighted) TryAcquire(n int64) bool {
	select {
	case s.slots <- struct{}{}:
		return true
	default:
		return false
	}
}

// Release gives n slots back.
func (s *Weighted) Release(n int64) {
	for ; n > 0; n-- {
		<-s.slots
	}
}
