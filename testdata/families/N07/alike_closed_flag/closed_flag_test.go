// N07: sender and closer look at the flag under the same lock.
package n07

import (
	"sync"
	"testing"
)

type mailbox struct {
	mu     sync.Mutex
	closed bool
	c      chan string
}

func (m *mailbox) offer(s string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return false
	}
	select {
	case m.c <- s:
		return true
	default:
		return false
	}
}

func (m *mailbox) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.closed {
		m.closed = true
		close(m.c)
	}
}

func TestClosedFlag(t *testing.T) {
	m := &mailbox{c: make(chan string, 1)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		m.offer("a")
		m.close()
	}()
	m.offer("b")
	m.close()
	<-done
}
