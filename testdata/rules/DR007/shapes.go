// Package dr007 has what DR007 finds (write-under-rlock), and what it does not.
package dr007

import "sync"

type cache struct {
	mu      sync.RWMutex
	entries map[string]int
	hits    int
	order   []string
}

func (c *cache) get(key string) int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	c.hits++ // want DR007 "hits"
	return c.entries[key]
}

func BadField(c *cache) {
	for i := 0; i < 2; i++ {
		go c.get("a")
	}
}

func (c *cache) look(key string) int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.entries[key]
}

func OkRead(c *cache) {
	for i := 0; i < 2; i++ {
		go c.look("a")
	}
}

func (c *cache) warm(key string) {
	c.mu.RLock()
	c.entries[key] = 1 // want DR007 "entries"
	c.mu.RUnlock()
}

func BadMap() {
	c := &cache{entries: map[string]int{}}
	go c.warm("a")
	c.look("b")
}

func (c *cache) warmLocked(key string) {
	c.mu.Lock()
	c.entries[key] = 1
	c.mu.Unlock()
}

func OkMap() {
	c := &cache{entries: map[string]int{}}
	go c.warmLocked("a")
	c.look("b")
}

func (c *cache) note(key string) {
	c.order = append(c.order, key) // want DR007 "order"
}

func (c *cache) visit(key string, do func(string)) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	do(key)
}

func BadCallback() {
	c := &cache{}
	go c.visit("a", c.note)
	c.visit("b", c.note)
}

func OkCallback() {
	c := &cache{}
	go c.visit("a", func(string) {})
	c.visit("b", func(string) {})
}

type embedded struct {
	sync.RWMutex
	n int
}

func (e *embedded) bump() {
	e.RLock()
	e.n++ // want DR007 "embedded.n"
	e.RUnlock()
}

func BadEmbedded() {
	e := &embedded{}
	go e.bump()
	e.bump()
}

func (e *embedded) bumpLocked() {
	e.Lock()
	e.n++
	e.Unlock()
}

func OkEmbedded() {
	e := &embedded{}
	go e.bumpLocked()
	e.bumpLocked()
}

func BadVariable() int {
	var mu sync.RWMutex
	n := 0
	go func() {
		mu.RLock()
		n++ // want DR007 "n"
		mu.RUnlock()
	}()
	mu.RLock()
	defer mu.RUnlock()
	return n
}

func OkVariable() int {
	var mu sync.RWMutex
	n := 0
	go func() {
		mu.Lock()
		n++
		mu.Unlock()
	}()
	mu.RLock()
	defer mu.RUnlock()
	return n
}

type store[V any] struct {
	mu   sync.RWMutex
	last V
}

func (s *store[V]) touch(v V) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	s.last = v // want DR007 "last"
}

func BadGeneric() {
	s := &store[int]{}
	go s.touch(1)
	s.touch(2)
}

func OkAlone() {
	s := &store[int]{}
	s.touch(1)
	go func() {
		s.mu.RLock()
		defer s.mu.RUnlock()
		_ = s.last
	}()
}
