// N02: keys are sorted in place under a read lock.
package n02

import (
	"sort"
	"sync"
	"testing"
)

type ring struct {
	mu   sync.RWMutex
	keys []int
}

func (r *ring) lookup(n int) int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	keys := r.keys
	sort.Slice(keys, func(i, j int) bool { return keys[i] < keys[j] }) // want DR007
	for _, k := range keys {
		if k >= n {
			return k
		}
	}
	return -1
}
func TestRing(t *testing.T) {
	r := &ring{keys: []int{5, 3, 1}}
	done := make(chan int, 2)
	go func() { done <- r.lookup(2) }()
	go func() { done <- r.lookup(4) }()
	<-done
	<-done
}
