// B02: `continue` jumps over the unlock at the end of the round.
package b02

import (
	"sync"
	"testing"
)

type peer struct {
	name  string
	alive bool
	fails int
}

type monitor struct {
	mu    sync.Mutex
	peers []*peer
	down  chan string
}

func (m *monitor) probe(p *peer) bool { return p.fails == 0 }

func (m *monitor) sweep() {
	for _, p := range m.peers {
		m.mu.Lock()
		if p.alive && m.probe(p) {
			m.mu.Unlock()
			continue
		}
		p.alive = false
		m.mu.Unlock()
		m.down <- p.name
	}
}

func (m *monitor) run(rounds int) {
	defer close(m.down)
	for i := 0; i < rounds; i++ {
		m.sweep()
	}
}

func TestPeerLoop(t *testing.T) {
	m := &monitor{
		peers: []*peer{{name: "a", alive: true}, {name: "b", alive: true, fails: 2}},
		down:  make(chan string, 4),
	}
	go m.run(2)
	for range m.down {
	}
}
