package main

import (
	"fmt"
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

type warmer struct {
	permits chan struct{}
	mu      sync.Mutex
	pages   map[string]int
}

func (w *warmer) load(page string) {
	<-w.permits // MARK: BUG
	w.mu.Lock()
	w.pages[page]++
	w.mu.Unlock()
}

// warm starts a loader for each page and reports what is there so far.
func (w *warmer) warm(site string, n int) int {
	for i := 0; i < n; i++ {
		go w.load(fmt.Sprintf("%s/page/%d", site, i))
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.pages)
}

func main() {
	w := &warmer{permits: make(chan struct{}, 10), pages: make(map[string]int)}
	for i := 0; i < 10; i++ {
		w.permits <- struct{}{}
	}
	n := 0
	harness.Every(10*time.Second, func() {
		n++
		w.warm(fmt.Sprintf("site-%d", n), 25)
	})
	harness.Run()
}
