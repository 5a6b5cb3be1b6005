// B01: two names lead to the same element of a map, which is locked under both.
package b01

import (
	"sync"
	"testing"
)

type partition struct {
	mu     sync.Mutex
	name   string
	offset int
}

type assignment struct {
	byName map[string]*partition
	order  []*partition
}

func newAssignment(names ...string) *assignment {
	a := &assignment{byName: map[string]*partition{}}
	for _, n := range names {
		p := &partition{name: n}
		a.byName[n] = p
		a.order = append(a.order, p)
	}
	return a
}

func (a *assignment) lag(p *partition) int {
	lag := 0
	for _, other := range a.order {
		other.mu.Lock() // want DL001
		if other.offset > p.offset {
			lag += other.offset - p.offset
		}
		other.mu.Unlock()
	}
	return lag
}

func (a *assignment) commit(name string, offset int) int {
	p, ok := a.byName[name]
	if !ok {
		return -1
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.offset = offset
	return a.lag(p)
}

func TestSharedElement(t *testing.T) {
	a := newAssignment("p0", "p1")
	if lag := a.commit("p1", 4); lag != 0 {
		t.Error(lag)
	}
}
