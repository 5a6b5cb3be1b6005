// N10: what logs with the handle of the test is waited for in a cleanup.
package n10

import (
	"sync"
	"testing"
)

func background(t *testing.T, work func()) {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		work()
		t.Log("worked")
	}()
	t.Cleanup(wg.Wait)
}

func TestBackground(t *testing.T) {
	background(t, func() {})
}
