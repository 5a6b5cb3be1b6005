// N03: references are counted atomically at one end and plainly at the other.
package n03

import (
	"sync"
	"sync/atomic"
	"testing"
)

type ref struct {
	count int32
	data  []byte
}

func (r *ref) retain() { atomic.AddInt32(&r.count, 1) }
func (r *ref) release() {
	r.count-- // want DR002
	if r.count == 0 {
		r.data = nil // want DR002
	}
}
func TestRef(t *testing.T) {
	r := &ref{count: 1}
	var wg sync.WaitGroup
	for i := 0; i < 2; i++ {
		r.retain()
		wg.Add(1)
		go func() { defer wg.Done(); _ = len(r.data); r.release() }()
	}
	r.release()
	wg.Wait()
}
