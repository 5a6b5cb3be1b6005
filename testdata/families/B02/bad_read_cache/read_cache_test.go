// B02: the fast path of a read returns with the read lock held, and the next write waits for it.
package b02

import (
	"sync"
	"testing"
)

type record struct {
	key   string
	value []byte
}

type source interface {
	fetch(key string) ([]byte, error)
}

type fixedSource map[string][]byte

func (f fixedSource) fetch(key string) ([]byte, error) { return f[key], nil }

type recordCache struct {
	sync.RWMutex
	src     source
	records map[string]*record
}

func (c *recordCache) lookup(key string) (*record, error) {
	c.RLock() // want DL003
	if r := c.records[key]; r != nil {
		return r, nil
	}
	c.RUnlock()
	value, err := c.src.fetch(key)
	if err != nil {
		return nil, err
	}
	r := &record{key: key, value: value}
	c.Lock() // want DL003
	c.records[key] = r
	c.Unlock()
	return r, nil
}

func TestReadCache(t *testing.T) {
	c := &recordCache{src: fixedSource{"a": []byte("1")}, records: map[string]*record{}}
	for _, key := range []string{"a", "a", "b"} {
		if _, err := c.lookup(key); err != nil {
			t.Fatal(err)
		}
	}
}
