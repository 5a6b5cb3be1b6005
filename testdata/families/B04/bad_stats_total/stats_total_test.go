// B04: a total reads each part under a read lock that it already holds; a writer in between stops both.
package b04

import (
	"sync"
	"testing"
)

type rangeStats struct {
	keys  int
	bytes int64
}

type replica struct {
	mu    sync.RWMutex
	stats map[int]rangeStats
}

func (r *replica) update(id, keys int) {
	r.mu.Lock() // want DL004|DL008
	defer r.mu.Unlock()
	s := r.stats[id]
	s.keys += keys
	r.stats[id] = s
}

func (r *replica) of(id int) rangeStats {
	r.mu.RLock() // want DL004|DL008
	defer r.mu.RUnlock()
	return r.stats[id]
}

func (r *replica) total() int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	sum := 0
	for id := range r.stats {
		sum += r.of(id).keys
	}
	return sum
}

func TestStatsTotal(t *testing.T) {
	r := &replica{stats: map[int]rangeStats{1: {keys: 1}, 2: {keys: 2}}}
	var wg sync.WaitGroup
	wg.Add(2)
	go func() {
		defer wg.Done()
		r.update(1, 4)
	}()
	go func() {
		defer wg.Done()
		_ = r.total()
	}()
	wg.Wait()
}
