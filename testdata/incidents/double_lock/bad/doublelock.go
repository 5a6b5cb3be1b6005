// Package doublelock has a method that calls another one which locks too.
//
// want DL001
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
	if cur := s.Get(k); cur != "" {
		return cur
	}
	s.m[k] = v
	return v
}
