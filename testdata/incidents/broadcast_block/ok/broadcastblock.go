// Package broadcastblock has a publisher that waits for a subscriber who wants to leave, as it should be.
package broadcastblock

import "sync"

type Bus struct {
	mu   sync.RWMutex
	subs map[int]chan string
	next int
}

func NewBus() *Bus { return &Bus{subs: map[int]chan string{}} }
func (b *Bus) Sub() (int, <-chan string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.next++
	c := make(chan string, 1)
	b.subs[b.next] = c
	return b.next, c
}
func (b *Bus) Unsub(id int) { b.mu.Lock(); defer b.mu.Unlock(); close(b.subs[id]); delete(b.subs, id) }
func (b *Bus) Pub(m string) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for _, c := range b.subs {
		select {
		case c <- m:
		default:
		}
	}
}
func Run() {
	b := NewBus()
	id, c := b.Sub()
	done := make(chan bool)
	go func() { <-c; b.Unsub(id); close(done) }()
	b.Pub("a")
	b.Pub("b")
	<-done
}
