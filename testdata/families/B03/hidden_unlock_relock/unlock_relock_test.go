// B03: expire gives its lock up for the callback and takes it again, while it still holds the entry's.
package b03

import (
	"sync"
	"testing"
)

type entry struct {
	mu    sync.Mutex
	key   string
	stale bool
	table *table
}

type table struct {
	mu       sync.Mutex
	entries  map[string]*entry
	onExpire func(e *entry)
}

func (tb *table) expire(e *entry) {
	tb.mu.Lock()
	if e.table != tb {
		tb.mu.Unlock()
		return
	}
	tb.mu.Unlock()
	e.mu.Lock()
	e.stale = true
	tb.mu.Lock() // want DL002|DL008
	delete(tb.entries, e.key)
	tb.mu.Unlock()
	tb.onExpire(e)
	e.mu.Unlock()
}

func (tb *table) fresh() []string {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	var out []string
	for k, e := range tb.entries {
		e.mu.Lock() // want DL002|DL008
		if !e.stale {
			out = append(out, k)
		}
		e.mu.Unlock()
	}
	return out
}

func TestUnlockRelock(t *testing.T) {
	tb := &table{entries: map[string]*entry{}}
	tb.onExpire = func(e *entry) { e.key = "gone" }
	tb.entries["a"] = &entry{key: "a", table: tb}
	done := make(chan bool)
	go func() {
		tb.expire(tb.entries["a"])
		done <- true
	}()
	_ = tb.fresh()
	<-done
}
