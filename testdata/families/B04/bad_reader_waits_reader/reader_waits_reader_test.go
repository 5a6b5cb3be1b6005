// B04: a reader waits for another reader, who stands behind a waiting writer.
package b04

import (
	"sync"
	"testing"
)

type metric struct {
	name  string
	value int
}

type exporter struct {
	mu      sync.RWMutex
	metrics []metric
}

func (e *exporter) set(i, v int) {
	e.mu.Lock() // want DL004|DL005|DL008
	defer e.mu.Unlock()
	e.metrics[i].value = v
}

func (e *exporter) one(i int) int {
	e.mu.RLock() // want DL004|DL005|DL008
	defer e.mu.RUnlock()
	return e.metrics[i].value
}

func (e *exporter) sum() int {
	e.mu.RLock()
	defer e.mu.RUnlock()
	n := len(e.metrics)
	parts := make([]int, n)
	var wg sync.WaitGroup
	for i := 0; i < n; i++ {
		wg.Add(1)
		go func(i int) {
			defer wg.Done()
			parts[i] = e.one(i)
		}(i)
	}
	wg.Wait() // want DL004|DL005|DL008|GL008
	total := 0
	for _, p := range parts {
		total += p
	}
	return total
}

func TestReaderWaitsReader(t *testing.T) {
	e := &exporter{metrics: []metric{{"a", 1}, {"b", 2}}}
	done := make(chan struct{})
	go func() {
		defer close(done)
		e.set(0, 5)
	}()
	e.sum()
	<-done
}
