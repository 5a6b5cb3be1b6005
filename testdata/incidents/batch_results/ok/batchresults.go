// Package batchresults has results that are read only after all were sent, as it should be.
package batchresults

import "sync"

func Fetch(ids []int, load func(int) string) []string {
	results := make(chan string)
	var wg sync.WaitGroup
	for _, id := range ids {
		wg.Add(1)
		go func() { defer wg.Done(); results <- load(id) }()
	}
	go func() { wg.Wait(); close(results) }()
	var out []string
	for r := range results {
		out = append(out, r)
	}
	return out
}
