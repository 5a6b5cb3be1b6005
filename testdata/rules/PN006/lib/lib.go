// Package lib has a type that locks itself.
package lib

import (
	"errors"
	"sync"
)

// Store is locked by its methods.
type Store struct {
	mu   sync.Mutex
	data map[string]string
}

// Open fails without a name.
func Open(name string) (*Store, error) {
	if name == "" {
		return nil, errors.New("no name")
	}
	return &Store{data: map[string]string{}}, nil
}

// Set sets a value.
func (s *Store) Set(key, value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.data[key] = value
}
