package main

import (
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

type dir struct {
	name string
	subs []*dir
}

type walker struct {
	slots chan struct{}
	mu    sync.Mutex
	total int
}

func (w *walker) enter() func() {
	w.slots <- struct{}{} // MARK: BUG
	return func() { <-w.slots }
}

func (w *walker) walk(d *dir) {
	leave := w.enter()
	defer leave()
	w.mu.Lock()
	w.total += len(d.name)
	w.mu.Unlock()
	var wg sync.WaitGroup
	for _, s := range d.subs {
		wg.Add(1)
		go func(s *dir) {
			defer wg.Done()
			w.walk(s)
		}(s)
	}
	wg.Wait()
}

func tree(depth int) *dir {
	d := &dir{name: "d"}
	if depth > 0 {
		d.subs = []*dir{tree(depth - 1), tree(depth - 1)}
	}
	return d
}

func main() {
	harness.Every(30*time.Second, func() {
		w := &walker{slots: make(chan struct{}, 3)}
		go w.walk(tree(4))
	})
	harness.Run()
}
