// B01: revoking an expired lease from within the sweep takes the lessor's lock again.
package b01

import (
	"sync"
	"testing"
)

type leaseID int64

type lease struct {
	id    leaseID
	ttl   int
	items map[string]struct{}
}

type lessor struct {
	mu     sync.RWMutex
	leases map[leaseID]*lease
	index  map[string]leaseID
}

func (l *lessor) grant(id leaseID, ttl int) *lease {
	l.mu.Lock()
	defer l.mu.Unlock()
	le := &lease{id: id, ttl: ttl, items: map[string]struct{}{}}
	l.leases[id] = le
	return le
}

func (l *lessor) attach(id leaseID, key string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	le := l.leases[id]
	if le == nil {
		return false
	}
	le.items[key] = struct{}{}
	l.index[key] = id
	return true
}

func (l *lessor) revoke(id leaseID) bool {
	l.mu.Lock() // want DL001
	defer l.mu.Unlock()
	le := l.leases[id]
	if le == nil {
		return false
	}
	for key := range le.items {
		delete(l.index, key)
	}
	delete(l.leases, id)
	return true
}

func (l *lessor) sweep() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	count := 0
	for id, le := range l.leases {
		le.ttl--
		if le.ttl > 0 {
			continue
		}
		if l.revoke(id) {
			count++
		}
	}
	return count
}

func TestLeaseRevoke(t *testing.T) {
	l := &lessor{leases: map[leaseID]*lease{}, index: map[string]leaseID{}}
	l.grant(1, 1)
	l.grant(2, 2)
	l.attach(1, "k")
	if got := l.sweep(); got != 1 {
		t.Errorf("%d leases expired", got)
	}
}
