// Package sendclosed has a publisher that meets a subscriber who leaves, as it should be.
package sendclosed

import "sync"

type Hub struct {
	mu   sync.Mutex
	subs map[chan string]bool
}

func (h *Hub) Subscribe() chan string {
	c := make(chan string, 1)
	h.mu.Lock()
	h.subs[c] = true
	h.mu.Unlock()
	return c
}
func (h *Hub) Unsubscribe(c chan string) { h.mu.Lock(); delete(h.subs, c); close(c); h.mu.Unlock() }
func (h *Hub) Publish(m string) {
	h.mu.Lock()
	subs := make([]chan string, 0, len(h.subs))
	for c := range h.subs {
		subs = append(subs, c)
	}
	for _, c := range subs {
		select {
		case c <- m:
		default:
		}
	}
	h.mu.Unlock()
}
func Demo() {
	h := &Hub{subs: map[chan string]bool{}}
	c := h.Subscribe()
	go h.Publish("a")
	h.Unsubscribe(c)
}
