// N05: a hook for tests is put back while a worker that nobody waited for still calls it.
package n05

import (
	"testing"
)

var onFlush = func(n int) {}

type writer struct {
	in chan int
}

func (w *writer) run() {
	for n := range w.in {
		onFlush(n)
	}
}

func withHook(hook func(int), do func()) {
	old := onFlush
	onFlush = hook
	defer func() { onFlush = old }() // want DR002
	do()
}

func TestHook(t *testing.T) {
	flushed := make(chan int, 4)
	withHook(func(n int) { flushed <- n }, func() {
		w := &writer{in: make(chan int)}
		go w.run()
		w.in <- 1
		w.in <- 2
		close(w.in)
	})
}
