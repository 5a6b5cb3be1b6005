// Package callbacklock has a subscriber that is called with the lock held and subscribes again.
//
// missed
package callbacklock

import "sync"

type Bus struct {
	mu   sync.Mutex
	subs []func(string)
}

func (b *Bus) On(f func(string)) { b.mu.Lock(); defer b.mu.Unlock(); b.subs = append(b.subs, f) }
func (b *Bus) Emit(e string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, f := range b.subs {
		f(e)
	}
}
func Run() {
	b := &Bus{}
	b.On(func(e string) {
		if e == "again" {
			b.On(func(string) {})
		}
	})
	b.Emit("again")
}
