package main

import (
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

type report struct {
	mu      sync.Mutex
	regions map[string]int
	total   int
}

func (r *report) addRegion(name string, wg *sync.WaitGroup) {
	defer wg.Done()
	revenue := len(name) * 1000
	r.mu.Lock() // MARK: BUG
	defer r.mu.Unlock()
	r.regions[name] = revenue
	r.total += revenue
}

func (r *report) build(names ...string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.regions = make(map[string]int)
	var wg sync.WaitGroup
	for _, n := range names {
		wg.Add(1)
		go r.addRegion(n, &wg)
	}
	wg.Wait()
	return r.total
}

func main() {
	harness.Every(10*time.Second, func() { go new(report).build("north", "south") })
	harness.Run()
}
