// B05: the hub delivers while it holds its lock, and a subscriber that leaves needs that lock.
package b05

import (
	"sync"
	"testing"
)

type message struct {
	topic string
	seq   int
}

type subscriber struct {
	id    int
	inbox chan message
	quit  chan struct{}
}

type hub struct {
	mu   sync.Mutex
	subs map[int]*subscriber
	seq  int
}

func newHub() *hub {
	return &hub{subs: make(map[int]*subscriber)}
}

func (h *hub) subscribe(id int) *subscriber {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := &subscriber{id: id, inbox: make(chan message), quit: make(chan struct{})}
	h.subs[id] = s
	return s
}

func (h *hub) unsubscribe(s *subscriber) {
	h.mu.Lock() // want DL005|DL008
	defer h.mu.Unlock()
	if _, ok := h.subs[s.id]; ok {
		delete(h.subs, s.id)
		close(s.quit)
	}
}

func (h *hub) publish(topic string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seq++
	for _, s := range h.subs {
		select { // want DL005|DL008
		case s.inbox <- message{topic: topic, seq: h.seq}:
		case <-s.quit:
		}
	}
}

func (h *hub) serve(s *subscriber, limit int, wg *sync.WaitGroup) {
	defer wg.Done()
	for i := 0; i < limit; i++ {
		<-s.inbox
	}
	h.unsubscribe(s)
}

func TestEventHub(t *testing.T) {
	h := newHub()
	s := h.subscribe(1)
	var wg sync.WaitGroup
	wg.Add(2)
	go h.serve(s, 1, &wg)
	go func() {
		defer wg.Done()
		h.publish("created")
		h.publish("deleted")
	}()
	wg.Wait()
}
