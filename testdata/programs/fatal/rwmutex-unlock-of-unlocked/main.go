package main

import (
	"fmt"
	"sync"
)

type store struct {
	mu   sync.RWMutex
	data map[string]string
}

func (s *store) put(k, v string) {
	s.mu.Lock()
	s.data[k] = v
	s.mu.Unlock()
}

func (s *store) snapshot() map[string]string {
	s.mu.RLock()
	out := make(map[string]string, len(s.data))
	for k, v := range s.data {
		out[k] = v
	}
	s.mu.Unlock() // MARK: BUG
	return out
}

func main() {
	s := &store{data: make(map[string]string)}
	s.put("a", "1")
	fmt.Println(len(s.snapshot()))
}
