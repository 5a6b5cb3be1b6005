package dl003

import (
	"errors"
	"sync"
)

type meter struct {
	mu    sync.Mutex
	total int
}

type adder interface{ add(n int) error }

func (m *meter) add(n int) error {
	m.mu.Lock() // want DL003 "never released"
	if n < 0 {
		return errors.New("negative")
	}
	m.total += n
	m.mu.Unlock()
	return nil
}

func BadInterface(a adder) error { return a.add(1) }

type scale struct {
	mu    sync.Mutex
	total int
}

func (s *scale) add(n int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n < 0 {
		return errors.New("negative")
	}
	s.total += n
	return nil
}

func OkInterface() error {
	var a adder = &scale{}
	return a.add(1)
}

type wing struct {
	doors struct {
		mu   sync.Mutex
		open int
	}
}

func (w *wing) OkField(n int) bool {
	w.doors.mu.Lock()
	if n == 0 {
		w.doors.mu.Unlock()
		return false
	}
	w.doors.open = n
	w.doors.mu.Unlock()
	return true
}

func OkParameter(mu *sync.Mutex, n int) bool {
	mu.Lock()
	if n == 0 {
		mu.Unlock()
		return false
	}
	mu.Unlock()
	return true
}

type basket[T any] struct {
	mu    sync.Mutex
	items []T
}

func (b *basket[T]) OkGeneric(item T, limit int) bool {
	b.mu.Lock()
	if len(b.items) >= limit {
		b.mu.Unlock()
		return false
	}
	b.items = append(b.items, item)
	b.mu.Unlock()
	return true
}
