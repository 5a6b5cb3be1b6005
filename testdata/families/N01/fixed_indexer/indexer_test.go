// N01: goroutines of a pipeline append to one slice.
package n01

import (
	"strings"
	"sync"
	"testing"
)

type indexer struct {
	mu    sync.Mutex
	words []string
}

func (x *indexer) add(line string) {
	for _, word := range strings.Fields(line) {
		x.mu.Lock()
		x.words = append(x.words, word)
		x.mu.Unlock()
	}
}

func TestIndex(t *testing.T) {
	x := &indexer{}
	lines := make(chan string)
	var wg sync.WaitGroup
	for n := 0; n < 3; n++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for line := range lines {
				x.add(line)
			}
		}()
	}
	for i := 0; i < 30; i++ {
		lines <- "one two three"
	}
	close(lines)
	wg.Wait()
	t.Log(len(x.words))
}
