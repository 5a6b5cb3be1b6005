// Package gl010 collects results.
package gl010

import (
	"sync"
)

func BadSlice(words []string, measure func(string) int) []int {
	results := make([]int, len(words))
	for i, word := range words {
		go func(i int, word string) { // want GL010 "write the `results` that is returned"
			results[i] = measure(word)
		}(i, word)
	}
	return results
}

func BadAppend(words []string, measure func(string) int) (sizes []int) {
	var mu sync.Mutex
	for _, word := range words {
		word := word
		go func() { // want GL010 "write the `sizes` that is returned"
			mu.Lock()
			defer mu.Unlock()
			sizes = append(sizes, measure(word))
		}()
	}
	return sizes
}

func BadError(work []func() error) error {
	var first error
	for _, f := range work {
		f := f
		go func() { // want GL010 "write the `first` that is returned"
			if err := f(); err != nil {
				first = err
			}
		}()
	}
	return first
}

type store struct{ load func(string) string }

func (s *store) BadMethod(keys []string) map[string]string {
	found := make(map[string]string)
	for _, key := range keys {
		key := key
		go func() { // want GL010 "write the `found` that is returned"
			found[key] = s.load(key)
		}()
	}
	return found
}

type totals struct{ sum int }

func BadStruct(parts [][]int) *totals {
	result := &totals{}
	for _, part := range parts {
		part := part
		go func() { // want GL010 "write the `result` that is returned"
			for _, value := range part {
				result.sum += value
			}
		}()
	}
	return result
}

func BadGeneric[K comparable, V any](keys []K, load func(K) V) map[K]V {
	out := map[K]V{}
	var mu sync.Mutex
	for _, key := range keys {
		key := key
		go func() { // want GL010 "write the `out` that is returned"
			value := load(key)
			mu.Lock()
			out[key] = value
			mu.Unlock()
		}()
	}
	return out
}

func OkWaitGroup(words []string, measure func(string) int) []int {
	results := make([]int, len(words))
	var wg sync.WaitGroup
	for i, word := range words {
		wg.Add(1)
		go func(i int, word string) {
			defer wg.Done()
			results[i] = measure(word)
		}(i, word)
	}
	wg.Wait()
	return results
}

func OkChannel(words []string, measure func(string) int) []int {
	sizes := make(chan int)
	for _, word := range words {
		go func(word string) { sizes <- measure(word) }(word)
	}
	var results []int
	for range words {
		results = append(results, <-sizes)
	}
	return results
}

func OkNothingReturned(words []string, measure func(string) int) {
	for _, word := range words {
		go measure(word)
	}
}

func OkOtherResult(words []string, measure func(string) int) int {
	for _, word := range words {
		go measure(word)
	}
	return len(words)
}

type group interface{ Wait() }

func OkInterface(g group, words []string, measure func(string) int) []int {
	results := make([]int, len(words))
	for i, word := range words {
		go func(i int, word string) { results[i] = measure(word) }(i, word)
	}
	g.Wait()
	return results
}

func OkHelper(words []string, done chan struct{}, measure func(string) int) []int {
	results := make([]int, len(words))
	for i, word := range words {
		go func(i int, word string) {
			results[i] = measure(word)
			done <- struct{}{}
		}(i, word)
	}
	drain(done, len(words))
	return results
}

func drain(done chan struct{}, n int) {
	for i := 0; i < n; i++ {
		<-done
	}
}
