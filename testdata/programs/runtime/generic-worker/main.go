//go:build go1.18

package main

import (
	"sort"
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

// Pool maps items of type T to results of type R.
type Pool[T any, R comparable] struct {
	jobs    chan T
	results chan R
	wg      sync.WaitGroup
}

func newPool[T any, R comparable](workers int, f func(T) R) *Pool[T, R] {
	p := &Pool[T, R]{jobs: make(chan T), results: make(chan R)}
	for i := 0; i < workers; i++ {
		go p.worker(f)
	}
	return p
}

func (p *Pool[T, R]) worker(f func(T) R) {
	for j := range p.jobs { // MARK: WORKER
		p.results <- f(j)
		p.wg.Done()
	}
}

func drain[T comparable](in <-chan T, seen map[T]int) {
	for v := range in { // MARK: DRAIN
		seen[v]++
	}
}

func lengths(words []string) []int {
	p := newPool(2, func(s string) int { return len(s) })
	seen := make(map[int]int)
	go drain(p.results, seen)
	for _, w := range words {
		p.wg.Add(1)
		p.jobs <- w
	}
	p.wg.Wait()
	return sort.IntSlice([]int{len(words)})
}

func main() {
	harness.Every(10*time.Second, func() { lengths([]string{"a", "bb", "cc"}) })
	harness.Run()
}
