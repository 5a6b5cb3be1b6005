// N02: every access holds the embedded lock, some through a helper that says so in its name.
package n02

import (
	"sync"
	"testing"
)

type base struct {
	sync.Mutex
	state string
	moves int
}

func (b *base) setLocked(state string) {
	b.state = state
	b.moves++
}

type machine struct {
	base
	peers map[string]bool
}

func (m *machine) move(state string) {
	m.Lock()
	defer m.Unlock()
	m.setLocked(state)
	m.peers[state] = true
}

func (m *machine) with(do func(*machine)) {
	m.Lock()
	defer m.Unlock()
	do(m)
}

func TestMachine(t *testing.T) {
	m := &machine{peers: map[string]bool{}}
	done := make(chan struct{})
	go func() {
		m.move("up")
		done <- struct{}{}
	}()
	m.with(func(m *machine) {
		m.moves++
		m.peers["down"] = false
	})
	<-done
}
