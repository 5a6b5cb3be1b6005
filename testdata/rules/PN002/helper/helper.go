// Package helper closes.
package helper

// Finish closes a channel of somebody else.
func Finish(ch chan struct{}) { close(ch) }

// Flag is raised once.
type Flag struct{ raised chan struct{} }

// NewFlag is not raised.
func NewFlag() *Flag { return &Flag{raised: make(chan struct{})} }

// Raise wakes all who wait.
func (f *Flag) Raise() { close(f.raised) }

// Wait waits until it is raised.
func (f *Flag) Wait() { <-f.raised }
