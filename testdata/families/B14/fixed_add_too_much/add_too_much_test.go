// B14: everybody is counted, but only those that are enabled are started.
package b14

import (
	"sync"
	"testing"
)

type plugin interface {
	enabled() bool
	run() int
}

type staticPlugin struct {
	on    bool
	score int
}

func (s staticPlugin) enabled() bool { return s.on }
func (s staticPlugin) run() int      { return s.score }

type runner struct {
	plugins []plugin
	mu      sync.Mutex
	total   int
}

func (r *runner) runAll() int {
	var wg sync.WaitGroup
	for _, p := range r.plugins {
		if !p.enabled() {
			continue
		}
		wg.Add(1)
		go func(p plugin) {
			defer wg.Done()
			score := p.run()
			r.mu.Lock()
			r.total += score
			r.mu.Unlock()
		}(p)
	}
	wg.Wait()
	return r.total
}

func TestAddTooMuch(t *testing.T) {
	r := &runner{plugins: []plugin{staticPlugin{true, 3}, staticPlugin{false, 9}}}
	if got := r.runAll(); got != 3 {
		t.Error(got)
	}
}
