// B01: the cache asks its store through an interface; the store is a view of the same cache.
package b01

import (
	"errors"
	"sync"
	"testing"
)

type keyValue interface {
	Get(key string) (string, error)
	Put(key, value string) error
}

var errMissing = errors.New("missing")

type memory struct {
	data map[string]string
}

func (m *memory) Get(key string) (string, error) {
	v, ok := m.data[key]
	if !ok {
		return "", errMissing
	}
	return v, nil
}

func (m *memory) Put(key, value string) error {
	m.data[key] = value
	return nil
}

type guarded struct {
	mu    sync.Mutex
	inner keyValue
}

func (g *guarded) Get(key string) (string, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.inner.Get(key)
}

func (g *guarded) Put(key, value string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return putIfChanged(g.inner, key, value)
}

// putIfChanged writes only what differs.
func putIfChanged(kv keyValue, key, value string) error {
	old, err := kv.Get(key)
	if err != nil && !errors.Is(err, errMissing) {
		return err
	}
	if err == nil && old == value {
		return nil
	}
	if m, ok := kv.(*memory); ok {
		return m.Put(key, value)
	}
	return errors.New("read only")
}

func TestStoreInterface(t *testing.T) {
	var kv keyValue = &guarded{inner: &memory{data: map[string]string{}}}
	if err := kv.Put("a", "1"); err != nil {
		t.Fatal(err)
	}
}
