// B02: the goroutine that finishes the upload unlocks for the one that began it.
package b02

import (
	"sync"
	"testing"
)

type upload struct {
	mu    sync.Mutex
	parts int
	done  chan struct{}
}

func (u *upload) begin(parts []string) {
	u.mu.Lock()
	if len(parts) == 0 {
		u.mu.Unlock()
		close(u.done)
		return
	}
	go u.finish(parts)
}

func (u *upload) finish(parts []string) {
	defer close(u.done)
	defer u.mu.Unlock()
	u.parts += len(parts)
}

func (u *upload) count() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.parts
}

func TestUnlockElsewhere(t *testing.T) {
	u := &upload{done: make(chan struct{})}
	u.begin([]string{"a", "b"})
	if u.count() > 2 {
		t.Error("too many parts")
	}
	<-u.done
}
