// Package helper has a store with a lock that its users may hold.
package helper

import "sync"

// Store is a map with a lock.
type Store struct {
	mu sync.Mutex
	m  map[string]int
}

// Lock locks the store.
func (s *Store) Lock() { s.mu.Lock() }

// Unlock unlocks the store.
func (s *Store) Unlock() { s.mu.Unlock() }

// Get locks while it reads.
func (s *Store) Get(key string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.m[key]
}

// Peek expects the lock to be held.
func (s *Store) Peek(key string) int { return s.m[key] }

// With runs a function with the lock of somebody else held.
func With(mu *sync.Mutex, f func()) {
	mu.Lock()
	defer mu.Unlock()
	f()
}
