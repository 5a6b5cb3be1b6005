// B03: three guards, each of which takes its own lock and then its neighbour's.
package b03

import (
	"sync"
	"testing"
	"time"
)

type shard struct {
	sync.Mutex
	keys map[string]int
}

type ring struct {
	shards []*shard
	pause  time.Duration
}

func newRing(n int) *ring {
	r := &ring{pause: 300 * time.Microsecond}
	for i := 0; i < n; i++ {
		r.shards = append(r.shards, &shard{keys: map[string]int{}})
	}
	return r
}

func (r *ring) shift(i int) {
	own, next := r.shards[i], r.shards[(i+1)%len(r.shards)]
	own.Lock()
	defer own.Unlock()
	time.Sleep(r.pause)
	next.Lock() // want DL002|DL008
	defer next.Unlock()
	for k, v := range own.keys {
		next.keys[k] = v
		delete(own.keys, k)
	}
}

func TestThreeParties(t *testing.T) {
	r := newRing(3)
	r.shards[0].keys["a"] = 1
	var wg sync.WaitGroup
	wg.Add(len(r.shards))
	for i := range r.shards {
		go func(i int) {
			defer wg.Done()
			r.shift(i)
		}(i)
	}
	wg.Wait()
}
