// B14: the wait stands inside the loop, behind the first of two goroutines that need each other.
package b14

import (
	"sync"
	"testing"
)

type half struct {
	name string
	in   chan int
	out  chan int
}

func (h *half) exchange(v int) int {
	select { // want DL008|GL003
	case h.out <- v:
		return <-h.in
	case got := <-h.in:
		h.out <- v
		return got
	}
}

func rendezvous(halves []*half) int {
	var wg sync.WaitGroup
	var mu sync.Mutex
	sum := 0
	for i, h := range halves {
		wg.Add(1)
		go func(i int, h *half) {
			defer wg.Done()
			got := h.exchange(i + 1) // want DL008
			mu.Lock()
			sum += got
			mu.Unlock()
		}(i, h)
		wg.Wait() // want GL008|DL008|DL006
	}
	return sum
}

func TestWaitInLoop(t *testing.T) {
	a, b := make(chan int), make(chan int)
	left, right := &half{"left", a, b}, &half{"right", b, a}
	if got := rendezvous([]*half{left, right}); got != 3 {
		t.Error(got)
	}
}
