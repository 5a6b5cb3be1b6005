// Package nilmap has a map that no constructor makes, as it should be.
package nilmap

import "sync"

type Agg struct {
	mu     sync.Mutex
	counts map[string]int
}

func NewAgg() *Agg { return &Agg{counts: map[string]int{}} }
func (a *Agg) Run(in <-chan string) {
	go func() {
		for k := range in {
			a.mu.Lock()
			a.counts[k]++
			a.mu.Unlock()
		}
	}()
}
