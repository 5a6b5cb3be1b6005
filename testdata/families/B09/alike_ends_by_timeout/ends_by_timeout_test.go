// B09: nobody calls cancel early, but the time of the context ends the goroutine.
package b09

import (
	"context"
	"testing"
	"time"
)

type pinger struct {
	pings chan int
}

func (p *pinger) run(ctx context.Context) {
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			close(p.pings)
			return
		case p.pings <- n:
		}
	}
}

func TestEndsByTimeout(t *testing.T) {
	p := &pinger{pings: make(chan int)}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Millisecond)
	defer cancel()
	go p.run(ctx)
	for range p.pings {
	}
}
