package events

import (
	"context"
	"sync"
)

// Tail keeps the last events of one order.
type Tail struct {
	mu   sync.Mutex
	last []Event
}

// Follow collects the events of order until ctx ends, and returns them.
func Follow(ctx context.Context, bus *Bus, order string) []Event {
	sub := bus.Subscribe()
	defer sub.Close()
	tail := new(Tail)
	go tail.collect(sub, order)
	<-ctx.Done()
	return tail.Events()
}

func (t *Tail) collect(sub *Subscription, order string) {
	for ev := range sub.C() { // MARK: LEAK3
		if ev.Order == order {
			t.add(ev)
		}
	}
}

func (t *Tail) add(ev Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = append(t.last, ev)
	if len(t.last) > 20 {
		t.last = t.last[1:]
	}
}

// Events returns a copy of what was collected so far.
func (t *Tail) Events() []Event {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]Event(nil), t.last...)
}
