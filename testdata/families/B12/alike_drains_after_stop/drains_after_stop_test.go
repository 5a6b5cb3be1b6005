// B12: the consumer stops counting early, but takes everything until the channel is closed.
package b12

import (
	"testing"
)

type sensor struct {
	values chan int
}

func (s *sensor) run(n int) {
	defer close(s.values)
	for i := 0; i < n; i++ {
		s.values <- i
	}
}

func (s *sensor) until(limit int) int {
	sum := 0
	for v := range s.values {
		if sum >= limit {
			continue
		}
		sum += v
	}
	return sum
}

func TestDrainsAfterStop(t *testing.T) {
	s := &sensor{values: make(chan int)}
	go s.run(4)
	if s.until(1) < 1 {
		t.Error("nothing read")
	}
}
