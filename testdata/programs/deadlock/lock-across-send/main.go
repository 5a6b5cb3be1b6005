package main

import (
	"fmt"
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

type subscriber struct {
	hub  *Hub
	name string
	in   chan string
}

// Hub passes every message to all subscribers.
type Hub struct {
	mu   sync.Mutex
	subs map[string]*subscriber
}

func (h *Hub) Join(name string) *subscriber {
	s := &subscriber{hub: h, name: name, in: make(chan string)}
	h.mu.Lock()
	h.subs[name] = s
	h.mu.Unlock()
	go s.loop()
	return s
}

func (h *Hub) Leave(name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.subs, name)
}

func (h *Hub) Broadcast(text string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, s := range h.subs {
		s.in <- text // MARK: SEND
	}
}

func (s *subscriber) loop() {
	for text := range s.in {
		if text == "bye" {
			time.Sleep(50 * time.Millisecond) // the socket is flushed
			s.hub.Leave(s.name)
			return
		}
	}
}

func main() {
	h := &Hub{subs: make(map[string]*subscriber)}
	h.Join("ann")
	h.Broadcast("hello")
	h.Broadcast("bye")
	time.Sleep(100 * time.Millisecond)
	h.Join("bob")
	go func() {
		h.Broadcast("bye")
		h.Broadcast("bye")
	}()
	time.Sleep(100 * time.Millisecond)
	n := 0
	harness.Every(10*time.Second, func() {
		n++
		go h.Join(fmt.Sprintf("user-%d", n))
	})
	harness.Run()
}
