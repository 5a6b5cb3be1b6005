// B03: the opposite order is used only after the first user has ended.
package b03

import (
	"sync"
	"testing"
)

type segment struct {
	mu   sync.Mutex
	rows []int
}

type writer struct {
	front, back segment
	done        chan struct{}
}

func (w *writer) fill(n int) {
	defer close(w.done)
	for i := 0; i < n; i++ {
		w.front.mu.Lock()
		w.back.mu.Lock()
		w.front.rows = append(w.front.rows, i)
		w.back.mu.Unlock()
		w.front.mu.Unlock()
	}
}

func (w *writer) swap() {
	w.back.mu.Lock()
	defer w.back.mu.Unlock()
	w.front.mu.Lock()
	defer w.front.mu.Unlock()
	w.back.rows, w.front.rows = w.front.rows, nil
}

func TestOrderedAfterJoin(t *testing.T) {
	w := &writer{done: make(chan struct{})}
	go w.fill(2)
	<-w.done
	w.swap()
}
