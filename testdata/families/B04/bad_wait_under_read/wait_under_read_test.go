// B04: a reader waits for the writer's event without giving its read lock up.
package b04

import (
	"sync"
	"testing"
)

type snapshotStore struct {
	mu      sync.RWMutex
	index   uint64
	applied chan uint64
}

func (s *snapshotStore) apply(index uint64) {
	s.mu.Lock() // want DL004|DL005|DL008
	s.index = index
	s.mu.Unlock()
	s.applied <- index
}

func (s *snapshotStore) waitFor(index uint64) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.index >= index {
		return true
	}
	return <-s.applied >= index // want DL005|DL008
}

func TestWaitUnderRead(t *testing.T) {
	s := &snapshotStore{applied: make(chan uint64, 1)}
	go s.apply(3)
	s.waitFor(3)
}
