// B04: printing a member under a read lock calls its String, which takes the same read lock.
package b04

import (
	"fmt"
	"sync"
	"testing"
)

type member struct {
	mu   sync.RWMutex
	name string
	term int
}

func (m *member) String() string {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return fmt.Sprintf("%s@%d", m.name, m.term)
}

func (m *member) promote() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.term++
}

type tracer interface {
	trace(format string, args ...interface{})
}

type lineTracer struct {
	lines []string
}

func (l *lineTracer) trace(format string, args ...interface{}) {
	l.lines = append(l.lines, fmt.Sprintf(format, args...))
}

func (m *member) campaign(tr tracer) bool {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.term == 0 {
		tr.trace("%s does not campaign", m.name)
		return false
	}
	return true
}

func TestPrintedStatus(t *testing.T) {
	m := &member{name: "n1"}
	done := make(chan struct{})
	go func() {
		defer close(done)
		m.promote()
	}()
	m.campaign(&lineTracer{})
	<-done
}
