// N03: a struct of counters is copied while they are being counted.
package n03

import (
	"sync"
	"sync/atomic"
	"testing"
)

type stats struct {
	sent, lost uint64
}

type link struct {
	stats stats
}

func (l *link) transmit(n int) {
	for i := 0; i < n; i++ {
		atomic.AddUint64(&l.stats.sent, 1)
	}
}

func (l *link) snapshot() stats {
	return stats{sent: atomic.LoadUint64(&l.stats.sent), lost: atomic.LoadUint64(&l.stats.lost)}
}

func TestLink(t *testing.T) {
	l := &link{}
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		l.transmit(100)
	}()
	_ = l.snapshot()
	wg.Wait()
}
