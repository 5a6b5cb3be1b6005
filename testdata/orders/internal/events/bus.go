// Package events is the order service's in-process event bus.
package events

import "sync"

// Event tells what happened to an order.
type Event struct {
	Order string `json:"order"`
	State string `json:"state"`
}

// Bus hands every event to every subscription. A subscription that does not
// keep up loses events.
type Bus struct {
	mu     sync.Mutex
	nextID int
	subs   map[int]*Subscription
}

// Subscription is one receiver of events.
type Subscription struct {
	bus *Bus
	id  int
	c   chan Event
}

// NewBus returns a bus without subscriptions.
func NewBus() *Bus {
	return &Bus{subs: make(map[int]*Subscription)}
}

// Publish offers ev to all subscriptions and never waits.
func (b *Bus) Publish(ev Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, sub := range b.subs {
		select {
		case sub.c <- ev:
		default:
		}
	}
}

// Subscribe starts a subscription that must be ended with Close.
func (b *Bus) Subscribe() *Subscription {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.nextID++
	sub := &Subscription{bus: b, id: b.nextID, c: make(chan Event, 32)}
	b.subs[sub.id] = sub
	return sub
}

// C is the channel of events.
func (s *Subscription) C() <-chan Event { return s.c }
