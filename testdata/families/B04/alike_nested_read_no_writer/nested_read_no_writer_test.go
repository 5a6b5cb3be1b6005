// B04: read locks nest, but the only writer has ended before the first reader begins.
package b04

import (
	"sync"
	"testing"
)

type routeTable struct {
	mu     sync.RWMutex
	routes map[string]string
}

func (r *routeTable) load(routes map[string]string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for k, v := range routes {
		r.routes[k] = v
	}
}

func (r *routeTable) find(k string) string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.routes[k]
}

func (r *routeTable) resolve(k string) string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if next := r.find(k); next != "" {
		return next
	}
	return k
}

func TestNestedReadNoWriter(t *testing.T) {
	r := &routeTable{routes: map[string]string{}}
	r.load(map[string]string{"a": "b"})
	var wg sync.WaitGroup
	for i := 0; i < 2; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			r.resolve("a")
		}()
	}
	wg.Wait()
}
