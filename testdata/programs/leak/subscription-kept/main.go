package main

import (
	"fmt"
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

type event struct{ topic, body string }

// Bus delivers events to subscribers without ever waiting for one.
type Bus struct {
	mu   sync.RWMutex
	subs map[string]chan event
}

func (b *Bus) subscribe(name string) <-chan event {
	ch := make(chan event, 8)
	b.mu.Lock()
	b.subs[name] = ch
	b.mu.Unlock()
	return ch
}

func (b *Bus) publish(e event) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for _, ch := range b.subs {
		select {
		case ch <- e:
		default:
		}
	}
}

type session struct {
	user string
	sent int
}

func (s *session) forward(events <-chan event) {
	for e := range events { // MARK: BUG
		s.sent += len(e.body)
	}
}

func (b *Bus) connect(user string) {
	s := &session{user: user}
	go s.forward(b.subscribe(user))
}

func main() {
	bus := &Bus{subs: make(map[string]chan event)}
	n := 0
	harness.Every(10*time.Second, func() {
		n++
		bus.connect(fmt.Sprintf("user-%d", n))
		bus.publish(event{topic: "presence", body: "online"})
	})
	harness.Run()
}
