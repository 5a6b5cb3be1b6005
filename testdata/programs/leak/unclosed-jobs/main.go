package main

import (
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

type thumbnail struct {
	id    int
	width int
}

type batch struct {
	jobs chan thumbnail
	done sync.WaitGroup
	mu   sync.Mutex
	area map[int]int
}

func newBatch(workers int) *batch {
	b := &batch{jobs: make(chan thumbnail), area: make(map[int]int)}
	for i := 0; i < workers; i++ {
		go b.worker()
	}
	return b
}

func (b *batch) worker() {
	for t := range b.jobs { // MARK: BUG
		b.render(t)
		b.done.Done()
	}
}

func (b *batch) render(t thumbnail) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.area[t.id] = t.width * t.width
}

func renderAll(widths []int) map[int]int {
	b := newBatch(3)
	for i, w := range widths {
		b.done.Add(1)
		b.jobs <- thumbnail{id: i, width: w}
	}
	b.done.Wait()
	return b.area
}

func main() {
	harness.Every(10*time.Second, func() { renderAll([]int{64, 128, 256, 512}) })
	harness.Run()
}
