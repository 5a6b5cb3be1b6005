// B09: the constructor returns without the cancel function; the helper loop ends with the context only.
package b09

import (
	"context"
	"testing"
)

type limit struct{ max int }

type controller interface {
	allow(n int) bool
}

type gradient struct {
	grants chan int
	reset  chan int
}

func (g *gradient) allow(n int) bool {
	select {
	case g.grants <- n:
		return true
	default:
		return false
	}
}

func (g *gradient) loop(ctx context.Context) {
	left := 10
	for {
		select {
		case n := <-g.grants:
			left -= n
		case left = <-g.reset:
		case <-ctx.Done():
			return
		}
	}
}

func newController(parent context.Context, l limit) (controller, func()) {
	ctx, cancel := context.WithCancel(parent)
	g := &gradient{grants: make(chan int), reset: make(chan int)}
	go g.loop(ctx)
	if l.max == 0 {
		cancel()
	}
	return g, cancel
}

func TestDerivedHandle(t *testing.T) {
	c, stop := newController(context.Background(), limit{max: 4})
	defer stop()
	c.allow(3)
}
