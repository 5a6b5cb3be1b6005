// Package nilmap has a map that no constructor makes.
//
// want PN013
package nilmap

import "sync"

type Agg struct {
	mu     sync.Mutex
	counts map[string]int
}

func NewAgg() *Agg { return &Agg{} }
func (a *Agg) Run(in <-chan string) {
	go func() {
		for k := range in {
			a.mu.Lock()
			a.counts[k]++
			a.mu.Unlock()
		}
	}()
}
