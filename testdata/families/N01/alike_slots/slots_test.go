// N01: every worker fills the slot of its own number, and all are waited for.
package n01

import (
	"sync"
	"testing"
)

type result struct {
	node string
	size int
}

func collect(nodes []string) []result {
	results := make([]result, len(nodes))
	var wg sync.WaitGroup
	wg.Add(len(nodes))
	for i, node := range nodes {
		go func(i int, node string) {
			defer wg.Done()
			results[i].node = node
			results[i].size = len(node)
		}(i, node)
	}
	wg.Wait()
	return results
}

func TestCollect(t *testing.T) {
	for _, r := range collect([]string{"a", "bb", "ccc"}) {
		if r.size != len(r.node) {
			t.Errorf("%v", r)
		}
	}
}
