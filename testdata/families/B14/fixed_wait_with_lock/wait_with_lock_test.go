// B14: the wait for the group holds the lock that its members need to count themselves out.
package b14

import (
	"sync"
	"testing"
)

type transfer struct {
	mu     sync.Mutex
	wg     sync.WaitGroup
	active int
	peak   int
}

func (tr *transfer) begin() {
	tr.wg.Add(1)
	tr.mu.Lock()
	tr.active++
	if tr.active > tr.peak {
		tr.peak = tr.active
	}
	tr.mu.Unlock()
}

func (tr *transfer) end() {
	tr.mu.Lock()
	tr.active--
	tr.mu.Unlock()
	tr.wg.Done()
}

func (tr *transfer) drain() int {
	tr.wg.Wait()
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return tr.peak
}

func TestWaitWithLock(t *testing.T) {
	tr := &transfer{}
	for i := 0; i < 2; i++ {
		tr.begin()
		go tr.end()
	}
	tr.drain()
}
