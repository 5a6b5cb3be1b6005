// B01: the deferred bookkeeping takes the lock, and runs before the deferred unlock.
package b01

import (
	"sync"
	"testing"
)

type connID uint64

type liveConn struct {
	id    connID
	bytes int
}

type connTable struct {
	sync.Mutex
	live  map[connID]*liveConn
	total int
}

func (ct *connTable) account(id connID) {
	ct.Lock()
	defer ct.Unlock()
	if c := ct.live[id]; c != nil {
		ct.total += c.bytes
	}
}

func (ct *connTable) drop(id connID) {
	defer ct.account(id)
	ct.Lock()
	defer ct.Unlock()
	if c, ok := ct.live[id]; ok && c.bytes == 0 {
		delete(ct.live, id)
	}
}

func TestDeferOrder(t *testing.T) {
	ct := &connTable{live: map[connID]*liveConn{7: {id: 7, bytes: 3}}}
	done := make(chan struct{})
	go func() {
		ct.drop(7)
		close(done)
	}()
	<-done
}
