package stats

import (
	"testing"
	"time"
)

func TestMedian(t *testing.T) {
	for name, values := range map[string][]int{"one": {1}, "three": {3, 1, 2}} {
		values := values
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if m := Median(values); m < 1 {
				t.Errorf("median %d", m)
			}
		})
	}
}

func TestSlow(t *testing.T) {
	t.Parallel()
	time.Sleep(200 * time.Millisecond)
}

func TestNoValues(t *testing.T) {
	t.Parallel()
	time.Sleep(20 * time.Millisecond)
	if m := Median(nil); m != 0 {
		t.Errorf("median of nothing is %d", m)
	}
}
