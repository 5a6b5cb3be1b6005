package main

import (
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

type shard struct {
	mu   sync.Mutex
	keys map[string]int
}

type store struct {
	shards map[string]*shard
}

func newStore(names ...string) *store {
	s := &store{shards: make(map[string]*shard)}
	for _, n := range names {
		s.shards[n] = &shard{keys: map[string]int{"x": 1}}
	}
	return s
}

// move takes a key from one shard to another.
func (s *store) move(key, from, to string) {
	src, dst := s.shards[from], s.shards[to]
	src.mu.Lock()
	defer src.mu.Unlock()
	time.Sleep(100 * time.Millisecond)
	dst.mu.Lock() // MARK: INNER
	defer dst.mu.Unlock()
	dst.keys[key] = src.keys[key]
	delete(src.keys, key)
}

func main() {
	harness.Every(30*time.Second, func() {
		s := newStore("red", "green", "blue")
		go s.move("x", "red", "green")
		go s.move("x", "green", "blue")
		go s.move("x", "blue", "red")
	})
	harness.Run()
}
