// Package helper has a gate.
package helper

// Gate is closed until it is opened.
type Gate struct{ open chan struct{} }

// NewGate is closed.
func NewGate() *Gate { return &Gate{open: make(chan struct{})} }

// Wait waits until the gate is open.
func (g *Gate) Wait() { <-g.open }

// Open lets all pass.
func (g *Gate) Open() { close(g.open) }
