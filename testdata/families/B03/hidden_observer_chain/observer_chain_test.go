// B03: a resource notifies its observers under its lock; an observer asks the resource under its own.
package b03

import (
	"sync"
	"testing"
)

type observer interface {
	changed(version int)
}

type resource struct {
	lock      sync.RWMutex
	version   int
	observers []observer
}

func (r *resource) attach(o observer) {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.observers = append(r.observers, o)
}

func (r *resource) current() int {
	r.lock.RLock() // want DL002|DL008|DL004
	defer r.lock.RUnlock()
	return r.version
}

func (r *resource) bump() {
	r.lock.Lock()
	r.version++
	version, observers := r.version, r.observers
	for _, o := range observers {
		o.changed(version)
	}
	r.lock.Unlock()
}

type mirror struct {
	lock sync.Mutex
	from *resource
	seen int
	lag  int
}

func (m *mirror) changed(version int) {
	m.lock.Lock() // want DL002|DL008
	defer m.lock.Unlock()
	if version > m.seen {
		m.seen = version
	}
}

func (m *mirror) measure() int {
	m.lock.Lock()
	defer m.lock.Unlock()
	m.lag = m.from.current() - m.seen
	return m.lag
}

func TestObserverChain(t *testing.T) {
	r := &resource{}
	m := &mirror{from: r}
	r.attach(m)
	done := make(chan struct{})
	go func() {
		r.bump()
		close(done)
	}()
	m.measure()
	<-done
}
