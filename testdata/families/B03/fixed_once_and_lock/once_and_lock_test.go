// B03: the first use of the registry runs its Once under the lock; a listener runs into the lock from within the Once.
package b03

import (
	"sync"
	"testing"
)

type driver struct{ name string }

type registry struct {
	mu      sync.Mutex
	once    sync.Once
	drivers map[string]*driver
}

func (r *registry) init() {
	r.once.Do(func() {
		r.drivers = map[string]*driver{"null": {"null"}}
	})
}

func (r *registry) get(name string) *driver {
	r.init()
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.drivers[name]
}

func (r *registry) names() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.init()
	var out []string
	for n := range r.drivers {
		out = append(out, n)
	}
	return out
}

func TestOnceAndLock(t *testing.T) {
	r := &registry{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.get("null")
	}()
	r.names()
	<-done
}
