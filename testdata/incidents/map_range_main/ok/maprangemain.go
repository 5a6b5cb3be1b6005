// Package maprangemain has the same, with its callers, as it should be.
package maprangemain

import (
	"sync"
	"time"
)

type Sessions struct {
	mu sync.RWMutex
	m  map[string]time.Time
}

func New() *Sessions { s := &Sessions{m: map[string]time.Time{}}; go s.expire(); return s }
func (s *Sessions) expire() {
	for {
		time.Sleep(time.Minute)
		s.mu.Lock()
		for k, t := range s.m {
			if time.Since(t) > time.Hour {
				delete(s.m, k)
			}
		}
		s.mu.Unlock()
	}
}
func (s *Sessions) Touch(k string) { s.mu.Lock(); s.m[k] = time.Now(); s.mu.Unlock() }
func Main() {
	s := New()
	for {
		s.Touch("a")
		time.Sleep(time.Second)
	}
}
