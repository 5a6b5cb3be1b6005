//go:build go1.25

package gl010

import "sync"

var registered sync.Map

func BadNewer(words []string, measure func(string) int) []int {
	results := make([]int, len(words))
	for i, word := range words {
		go func() { // want GL010 "write the `results` that is returned"
			results[i] = measure(word)
			registered.Store(word, i)
		}()
	}
	return results
}
