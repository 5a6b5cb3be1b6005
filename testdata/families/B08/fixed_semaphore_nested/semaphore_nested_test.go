// B08: a task that runs in one slot of the limiter asks for a second slot; all tasks do.
package b08

import (
	"sync"
	"testing"
)

type limiter struct {
	slots chan struct{}
}

func (l *limiter) do(f func()) {
	l.slots <- struct{}{}
	defer func() { <-l.slots }()
	f()
}

type node struct {
	name string
	subs []*node
}

type scanner struct {
	lim  *limiter
	mu   sync.Mutex
	seen []string
}

func (s *scanner) scan(n *node, wg *sync.WaitGroup) {
	defer wg.Done()
	s.lim.do(func() { s.record(n.name) })
	for _, sub := range n.subs {
		wg.Add(1)
		s.scan(sub, wg)
	}
}

func (s *scanner) record(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, name)
}

func TestSemaphoreNested(t *testing.T) {
	s := &scanner{lim: &limiter{slots: make(chan struct{}, 2)}}
	var wg sync.WaitGroup
	for _, name := range []string{"a", "b"} {
		wg.Add(1)
		go s.scan(&node{name, []*node{{name: name + "/x"}}}, &wg)
	}
	wg.Wait()
}
