// B01: the hook that a connection manager calls under its lock is a method that locks it.
package b01

import (
	"sync"
	"testing"
)

type addr string

type balancer interface {
	Up(a addr) func(err error)
}

type manager struct {
	mu      sync.Mutex
	conns   map[addr]bool
	onDown  func(a addr)
	balance balancer
}

type option func(*manager)

func withDownHook(f func(m *manager, a addr)) option {
	return func(m *manager) {
		m.onDown = func(a addr) { f(m, a) }
	}
}

func newManager(opts ...option) *manager {
	m := &manager{conns: map[addr]bool{}}
	for _, o := range opts {
		o(m)
	}
	return m
}

func (m *manager) connect(a addr) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.conns[a] = true
}

func (m *manager) size() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.conns)
}

func (m *manager) tearDown(a addr) {
	m.mu.Lock()
	delete(m.conns, a)
	hook := m.onDown
	m.mu.Unlock()
	if hook != nil {
		hook(a)
	}
}

func TestNotifyHook(t *testing.T) {
	left := 0
	m := newManager(withDownHook(func(m *manager, a addr) {
		left = m.size()
	}))
	m.connect("a:1")
	m.connect("b:1")
	m.tearDown("a:1")
	if left != 1 {
		t.Errorf("%d left", left)
	}
}
