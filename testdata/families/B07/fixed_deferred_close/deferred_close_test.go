// B07: the channel whose end the collector waits for is closed by a defer that runs only after the collector has answered.
package b07

import (
	"testing"
)

type sample struct {
	name  string
	value float64
}

type collector struct {
	samples chan sample
	total   chan float64
}

func newCollector() *collector {
	c := &collector{samples: make(chan sample), total: make(chan float64)}
	go c.run()
	return c
}

func (c *collector) run() {
	sum := 0.0
	for s := range c.samples {
		sum += s.value
	}
	c.total <- sum
}

func measure(values []float64) float64 {
	c := newCollector()
	for _, v := range values {
		c.samples <- sample{"v", v}
	}
	close(c.samples)
	return <-c.total
}

func TestDeferredClose(t *testing.T) {
	if got := measure([]float64{1, 2}); got != 3 {
		t.Error(got)
	}
}
