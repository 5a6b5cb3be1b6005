// N02: statistics are counted under the read lock.
package n02

import (
	"sync"
	"testing"
)

type store struct {
	mu      sync.RWMutex
	entries map[string]string
	hits    int
}

func (s *store) get(key string) (string, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	value, ok := s.entries[key]
	if ok {
		s.hits++ // want DR007
	}
	return value, ok
}

func (s *store) put(key, value string) {
	s.mu.Lock()
	s.entries[key] = value
	s.mu.Unlock()
}

func TestStore(t *testing.T) {
	s := &store{entries: map[string]string{"a": "1"}}
	var wg sync.WaitGroup
	for i := 0; i < 4; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for k := 0; k < 50; k++ {
				s.get("a")
			}
		}()
	}
	s.put("b", "2")
	wg.Wait()
}
