// B08: the number of results comes from one list, the room from another.
package b08

import (
	"sync"
	"testing"
)

type check func() error

type checkSet struct {
	checks  map[string]check
	enabled []string
}

func (c *checkSet) start(results chan<- error, wg *sync.WaitGroup) {
	for _, f := range c.checks {
		wg.Add(1)
		go func(f check) {
			defer wg.Done()
			results <- f() // want GL002|DL008
		}(f)
	}
}

func runChecks(c *checkSet) (failed int) {
	var wg sync.WaitGroup
	results := makeResults(len(c.enabled))
	c.start(results, &wg)
	wg.Wait() // want GL008|DL008
	close(results)
	for err := range results {
		if err != nil {
			failed++
		}
	}
	return failed
}

func makeResults(n int) chan error {
	return make(chan error, n)
}

func TestCapacityArgument(t *testing.T) {
	ok := func() error { return nil }
	c := &checkSet{
		checks:  map[string]check{"a": ok, "b": ok, "c": ok},
		enabled: []string{"a", "b"},
	}
	if runChecks(c) != 0 {
		t.Error("a check failed")
	}
}
