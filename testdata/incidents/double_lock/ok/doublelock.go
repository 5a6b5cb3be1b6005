// Package doublelock has a method that calls another one which locks too, as it should be.
package doublelock

import "sync"

type Store struct {
	mu sync.Mutex
	m  map[string]string
}

func (s *Store) Get(k string) string { s.mu.Lock(); defer s.mu.Unlock(); return s.m[k] }
func (s *Store) GetOrSet(k, v string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if cur := s.m[k]; cur != "" {
		return cur
	}
	s.m[k] = v
	return v
}
