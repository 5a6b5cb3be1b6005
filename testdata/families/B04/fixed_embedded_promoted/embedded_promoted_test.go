// B04: the promoted RLock of an embedded struct, twice along a chain of methods, with a writer that comes from a goroutine of its own.
package b04

import (
	"sync"
	"testing"
)

type base struct {
	sync.RWMutex
	labels map[string]string
}

type endpoint struct {
	*base
	id    int
	peers []*endpoint
}

func (e *endpoint) label(key string) string {
	e.RLock()
	defer e.RUnlock()
	return e.labels[key]
}

func (e *endpoint) setLabel(key, value string) {
	e.Lock()
	e.labels[key] = value
	e.Unlock()
}

func (e *endpoint) matches(f func(key string) bool) bool {
	e.RLock()
	var keys []string
	for key := range e.labels {
		keys = append(keys, key)
	}
	e.RUnlock()
	for _, key := range keys {
		if !f(key) {
			return false
		}
	}
	return true
}

func TestEmbeddedPromoted(t *testing.T) {
	e := &endpoint{base: &base{labels: map[string]string{"zone": "a"}}, id: 1}
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		e.setLabel("zone", "b")
	}()
	e.matches(func(key string) bool { return e.label(key) != "" })
	wg.Wait()
}
