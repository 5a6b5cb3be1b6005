// Package lib waits for ever, or as long as it is told to.
package lib

// Park never returns.
func Park() { select {} }

// Wait returns when the channel is closed.
func Wait(done <-chan struct{}) { <-done }
