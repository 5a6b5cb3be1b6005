// B10: the report may come late, but the loop leaves only when the reporter has said so.
package b10

import (
	"testing"
)

type progress struct {
	percent int
	last    bool
}

type bar struct {
	updates chan progress
	closed  chan struct{}
	shown   int
}

func (b *bar) run() {
	defer close(b.closed)
	for {
		p := <-b.updates
		b.shown = p.percent
		if p.last {
			return
		}
	}
}

func copyFile(b *bar, parts int) {
	for i := 1; i <= parts; i++ {
		b.updates <- progress{percent: i * 100 / parts}
	}
	b.updates <- progress{percent: 100, last: true}
}

func TestLoopOutlives(t *testing.T) {
	b := &bar{updates: make(chan progress), closed: make(chan struct{})}
	go b.run()
	copyFile(b, 2)
	<-b.closed
}
