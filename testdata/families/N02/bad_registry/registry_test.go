// N02: the writer of a registry locks, and one reader does not.
package n02

import (
	"sync"
	"testing"
)

type registry struct {
	mu    sync.Mutex
	hooks []func()
	count int
}

func (r *registry) register(hook func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.hooks = append(r.hooks, hook)
	r.count++
}

func (r *registry) size() int {
	return r.count // want DR002
}

func TestRegistry(t *testing.T) {
	r := &registry{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := 0; i < 4; i++ {
			r.register(func() {})
		}
	}()
	if r.size() > 4 {
		t.Error("too many")
	}
	<-done
}
