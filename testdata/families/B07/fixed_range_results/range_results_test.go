// B07: the results are ranged over, and no worker closes them.
package b07

import (
	"sync"
	"testing"
)

type document struct {
	id    int
	words int
}

type indexer struct {
	docs    chan document
	results chan int
	wg      sync.WaitGroup
}

func (ix *indexer) worker() {
	defer ix.wg.Done()
	for d := range ix.docs {
		ix.results <- d.words
	}
}

func (ix *indexer) index(docs []document, workers int) int {
	ix.wg.Add(workers)
	for i := 0; i < workers; i++ {
		go ix.worker()
	}
	go func() {
		for _, d := range docs {
			ix.docs <- d
		}
		close(ix.docs)
		ix.wg.Wait()
		close(ix.results)
	}()
	total := 0
	for n := range ix.results {
		total += n
	}
	return total
}

func TestRangeResults(t *testing.T) {
	ix := &indexer{docs: make(chan document), results: make(chan int)}
	if got := ix.index([]document{{1, 3}, {2, 4}}, 2); got != 7 {
		t.Error(got)
	}
}
