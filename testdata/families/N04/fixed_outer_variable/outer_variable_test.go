// N04: handlers are stored in a loop and run later, in goroutines.
package n04

import (
	"sync"
	"testing"
)

type event struct{ name string }

func fire(events []*event, handle func(*event)) {
	var wg sync.WaitGroup
	for _, last := range events {
		last := last
		wg.Add(1)
		run := func() {
			defer wg.Done()
			handle(last)
		}
		go run()
	}
	wg.Wait()
}

func TestFire(t *testing.T) {
	fire([]*event{{"a"}, {"b"}}, func(e *event) { _ = e.name })
}
