// Package helper counts views.
package helper

import "sync"

// Views are counted by page.
type Views struct {
	mu    sync.RWMutex
	count int
}

// NewViews is empty.
func NewViews() *Views { return &Views{} }

// Show counts with the lock of readers.
func (v *Views) Show(string) {
	v.mu.RLock()
	v.count++
	v.mu.RUnlock()
}

// Count counts with the lock of writers.
func (v *Views) Count(string) {
	v.mu.Lock()
	v.count++
	v.mu.Unlock()
}
