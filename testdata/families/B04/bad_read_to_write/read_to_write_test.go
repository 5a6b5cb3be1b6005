// B04: the read lock is still held when the miss asks for the write lock.
package b04

import (
	"sync"
	"testing"
)

type template struct {
	name string
	body string
}

type templateSet struct {
	mu     sync.RWMutex
	loaded map[string]*template
	misses int
}

func (s *templateSet) lookup(name string) *template {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if t, ok := s.loaded[name]; ok {
		return t
	}
	return s.parse(name)
}

func (s *templateSet) parse(name string) *template {
	s.mu.Lock() // want DL004
	defer s.mu.Unlock()
	s.misses++
	t := &template{name: name, body: "<" + name + ">"}
	s.loaded[name] = t
	return t
}

func TestReadToWrite(t *testing.T) {
	s := &templateSet{loaded: map[string]*template{}}
	for _, name := range []string{"index", "index", "about"} {
		if s.lookup(name) == nil {
			t.Error("nothing")
		}
	}
}
