// B10: the dispatcher takes registrations through a function channel; closing it ends the only reader.
package b10

import (
	"context"
	"testing"
)

type action func(table map[string]int)

type dispatcher interface {
	do(ctx context.Context, a action) bool
	close()
}

type eventLoop struct {
	actions chan action
	ctx     context.Context
	cancel  context.CancelFunc
	table   map[string]int
	ended   chan struct{}
}

func newEventLoop() dispatcher {
	l := &eventLoop{actions: make(chan action), table: map[string]int{}, ended: make(chan struct{})}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	go l.run()
	return l
}

func (l *eventLoop) run() {
	defer close(l.ended)
	for {
		select {
		case a := <-l.actions:
			a(l.table)
		case <-l.ctx.Done():
			return
		}
	}
}

func (l *eventLoop) do(ctx context.Context, a action) bool {
	select {
	case l.actions <- a:
		return true
	case <-ctx.Done():
		return false
	case <-l.ctx.Done():
		return false
	}
}

func (l *eventLoop) close() {
	l.cancel()
	<-l.ended
}

func TestLookupAfterClose(t *testing.T) {
	d := newEventLoop()
	done := make(chan bool)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		done <- d.do(ctx, func(table map[string]int) { table["a"]++ })
	}()
	d.close()
	<-done
}
