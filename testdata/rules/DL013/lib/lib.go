// Package lib limits.
package lib

// Limiter has slots.
type Limiter struct{ Slots chan struct{} }

// New makes a limiter with two slots.
func New() *Limiter { return &Limiter{Slots: make(chan struct{}, 2)} }

// Release gives a slot back.
func (l *Limiter) Release() { <-l.Slots }
