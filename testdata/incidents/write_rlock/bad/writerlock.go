// Package writerlock has a count that is changed under a read lock.
//
// want DR007
package writerlock

import "sync"

type LRU struct {
	mu   sync.RWMutex
	m    map[string]int
	hits int
}

func (l *LRU) Get(k string) int { l.mu.RLock(); defer l.mu.RUnlock(); l.hits++; return l.m[k] }
func Use()                      { l := &LRU{m: map[string]int{}}; go l.Get("a"); l.Get("b") }
