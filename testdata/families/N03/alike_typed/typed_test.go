// N03: typed atomics have no plain side.
package n03

import (
	"sync"
	"sync/atomic"
	"testing"
)

type limiter struct {
	used  atomic.Int64
	limit atomic.Pointer[int64]
}

func (l *limiter) take() bool {
	max := l.limit.Load()
	if max == nil {
		return true
	}
	return l.used.Add(1) <= *max
}

func TestLimiter(t *testing.T) {
	l := &limiter{}
	var wg sync.WaitGroup
	for i := 0; i < 3; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			l.take()
		}()
	}
	max := int64(2)
	l.limit.Store(&max)
	wg.Wait()
	t.Log(l.used.Load())
}
