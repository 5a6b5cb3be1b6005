// Package rlockrecursive has a read lock taken twice while a writer waits in between.
//
// want DL004
package rlockrecursive

import "sync"

type Registry struct {
	mu    sync.RWMutex
	items map[string]int
}

func New() *Registry         { return &Registry{items: map[string]int{}} }
func (r *Registry) Len() int { r.mu.RLock(); defer r.mu.RUnlock(); return len(r.items) }
func (r *Registry) Stats() (int, int) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	s := 0
	for _, v := range r.items {
		s += v
	}
	return r.Len(), s
}
func (r *Registry) Set(k string, v int) { r.mu.Lock(); defer r.mu.Unlock(); r.items[k] = v }
