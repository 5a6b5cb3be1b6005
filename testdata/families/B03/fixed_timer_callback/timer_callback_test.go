// B03: the timeout's callback locks the entry and then the table; removing locks the table and then the entry.
package b03

import (
	"sync"
	"testing"
	"time"
)

type natEntry struct {
	mu    sync.Mutex
	port  int
	dead  bool
	timer *time.Timer
}

type natTable struct {
	mu      sync.Mutex
	entries map[int]*natEntry
}

func (n *natTable) add(port int, ttl time.Duration) *natEntry {
	e := &natEntry{port: port}
	n.mu.Lock()
	n.entries[port] = e
	n.mu.Unlock()
	e.mu.Lock()
	e.timer = time.AfterFunc(ttl, func() { n.expire(e) })
	e.mu.Unlock()
	return e
}

func (n *natTable) expire(e *natEntry) {
	e.mu.Lock()
	dead := e.dead
	e.dead = true
	e.mu.Unlock()
	if dead {
		return
	}
	n.mu.Lock()
	delete(n.entries, e.port)
	n.mu.Unlock()
}

func (n *natTable) removeAll() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for port, e := range n.entries {
		e.mu.Lock()
		e.dead = true
		if e.timer != nil {
			e.timer.Stop()
		}
		e.mu.Unlock()
		delete(n.entries, port)
	}
}

func TestTimerCallback(t *testing.T) {
	n := &natTable{entries: map[int]*natEntry{}}
	n.add(80, 500*time.Microsecond)
	time.Sleep(500 * time.Microsecond)
	n.removeAll()
}
