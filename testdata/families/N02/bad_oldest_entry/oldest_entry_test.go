// N02: a list that keeps its order is asked without the lock under which it changes.
package n02

import (
	"container/list"
	"sync"
	"testing"
)

type lru struct {
	mu    sync.Mutex
	order *list.List
	byKey map[string]*list.Element
}

func (l *lru) add(k string) { l.mu.Lock(); defer l.mu.Unlock(); l.byKey[k] = l.order.PushFront(k) }
func (l *lru) oldest() any {
	e := l.order.Back() // want DR002
	if e == nil {
		return nil
	}
	return e.Value
}
func TestLRU(t *testing.T) {
	l := &lru{order: list.New(), byKey: map[string]*list.Element{}}
	var wg sync.WaitGroup
	wg.Add(1)
	go func() { defer wg.Done(); l.add("a"); l.add("b") }()
	_ = l.oldest()
	wg.Wait()
}
