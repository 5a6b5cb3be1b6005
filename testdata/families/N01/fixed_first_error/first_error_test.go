// N01: workers of a pool put what failed into one variable.
package n01

import (
	"errors"
	"sync"
	"testing"
)

type task func() error

func runAll(tasks []task) error {
	var (
		wg       sync.WaitGroup
		mu       sync.Mutex
		firstErr error
	)
	for _, one := range tasks {
		one := one
		wg.Add(1)
		go func() {
			defer wg.Done()
			if err := one(); err != nil {
				mu.Lock()
				firstErr = err
				mu.Unlock()
			}
		}()
	}
	wg.Wait()
	return firstErr
}

func TestRunAll(t *testing.T) {
	fail := func() error { return errors.New("refused") }
	if err := runAll([]task{fail, fail, fail}); err == nil {
		t.Error("no error")
	}
}
