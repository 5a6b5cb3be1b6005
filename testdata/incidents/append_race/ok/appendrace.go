// Package appendrace has a slice that several goroutines grow, as it should be.
package appendrace

import "sync"

func Map(xs []int, f func(int) int) []int {
	var out []int
	var wg sync.WaitGroup
	var mu sync.Mutex
	for _, x := range xs {
		wg.Add(1)
		go func() { defer wg.Done(); v := f(x); mu.Lock(); out = append(out, v); mu.Unlock() }()
	}
	wg.Wait()
	mu.Lock()
	defer mu.Unlock()
	return out
}
