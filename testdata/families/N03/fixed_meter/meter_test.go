// N03: workers count with sync/atomic, and the report reads the counter plainly.
package n03

import (
	"sync/atomic"
	"testing"
)

type meter struct {
	served int64
	failed int64
}

func (m *meter) serve(ok bool) {
	if ok {
		atomic.AddInt64(&m.served, 1)
	} else {
		atomic.AddInt64(&m.failed, 1)
	}
}

func (m *meter) report() (int64, int64) {
	return atomic.LoadInt64(&m.served), atomic.LoadInt64(&m.failed)
}

func TestMeter(t *testing.T) {
	m := &meter{}
	done := make(chan bool)
	go func() {
		for i := 0; i < 10; i++ {
			m.serve(i%3 > 0)
		}
		done <- true
	}()
	m.report()
	<-done
}
