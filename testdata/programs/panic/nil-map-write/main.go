package main

import (
	"fmt"
	"sync"
)

// Metrics counts by name.
type Metrics struct {
	mu     sync.Mutex
	counts map[string]int
}

// Inc adds one to a count.
func (m *Metrics) Inc(name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.counts[name]++ // MARK: BUG
}

type worker struct {
	id      int
	metrics Metrics
}

func (w *worker) run(jobs <-chan string, done chan<- int) {
	for j := range jobs {
		w.metrics.Inc("jobs." + j)
	}
	done <- w.id
}

func main() {
	jobs, done := make(chan string), make(chan int)
	w := &worker{id: 1}
	go w.run(jobs, done)
	jobs <- "resize"
	close(jobs)
	fmt.Println(<-done)
}
