// N03: a table is filled before a flag is set atomically, and read after the flag was seen.
package n03

import (
	"runtime"
	"sync/atomic"
	"testing"
)

type table struct {
	ready int32
	rows  []string
}

func (t *table) fill() {
	t.rows = append(t.rows, "first")
	atomic.StoreInt32(&t.ready, 1)
}

func TestTable(t *testing.T) {
	tab := &table{}
	go tab.fill()
	for atomic.LoadInt32(&tab.ready) == 0 {
		runtime.Gosched()
	}
	if len(tab.rows) != 1 {
		t.Error("no rows")
	}
}
