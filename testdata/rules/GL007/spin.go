// Package gl007 polls, and waits.
package gl007

import (
	"context"
	"runtime"
	"sync/atomic"
	"time"

	"example.com/rules/gl007/lib"
)

type worker struct {
	jobs chan func()
	quit chan struct{}
	seen int
}

func (w *worker) BadField() {
	for {
		select { // want GL007 "this loop spins while no case is ready"
		case job := <-w.jobs:
			job()
		case <-w.quit:
			return
		default:
		}
	}
}

func BadParameter(done <-chan struct{}) {
	for {
		select { // want GL007 "this loop spins"
		case <-done:
			return
		default:
			continue
		}
	}
}

func BadPackage(q *lib.Queue) {
	for {
		select { // want GL007 "this loop spins"
		case <-q.Done():
			return
		case job := <-q.Jobs:
			job()
		default:
			runtime.Gosched()
		}
	}
}

func BadFlag(in <-chan int) int {
	stopped := false
	sum := 0
	for !stopped {
		select { // want GL007 "this loop spins"
		case v, ok := <-in:
			if !ok {
				stopped = true
			}
			sum += v
		default:
		}
	}
	return sum
}

func BadClosure(ctx context.Context, out chan<- int) {
	go func() {
		for {
			select { // want GL007 "this loop spins"
			case out <- 1:
			case <-ctx.Done():
				return
			default:
			}
		}
	}()
}

func BadGeneric[T any](ctx context.Context, in <-chan T, use func(T)) {
	for {
		select { // want GL007 "this loop spins"
		case v := <-in:
			use(v)
		case <-ctx.Done():
			return
		default:
		}
	}
}

func BadSleeps(in chan func()) {
	go func() {
		for {
			select { // want GL007 "looks and sleeps for ever"
			case job := <-in:
				job()
			default:
				time.Sleep(10 * time.Millisecond)
			}
		}
	}()
}

func (w *worker) poll() {
	for {
		select { // want GL007 "looks and sleeps for ever"
		case job := <-w.jobs:
			job()
		default:
		}
		time.Sleep(time.Second)
	}
}

func BadStarted(w *worker) { go w.poll() }

type source interface{ Next() <-chan int }

func BadInterface(s source, use func(int)) {
	next := s.Next()
	for {
		select { // want GL007 "this loop spins"
		case v, ok := <-next:
			if !ok {
				return
			}
			use(v)
		default:
		}
	}
}

func OkWaits(w *worker) {
	for {
		select {
		case job := <-w.jobs:
			job()
		case <-w.quit:
			return
		}
	}
}

func OkDrains(in <-chan int) {
	for {
		select {
		case <-in:
		default:
			return
		}
	}
}

func OkDrainsToFlag(in <-chan int) (n int) {
	for drained := false; !drained; {
		select {
		case <-in:
			n++
		default:
			drained = true
		}
	}
	return n
}

func OkDrainsToLabel(in <-chan int) int {
	n := 0
loop:
	for {
		select {
		case <-in:
			n++
		default:
			break loop
		}
	}
	return n
}

func OkWorks(done <-chan struct{}, work func()) {
	for {
		select {
		case <-done:
			return
		default:
			work()
		}
	}
}

func OkWorksBehind(done <-chan struct{}, in <-chan func()) {
	for {
		select {
		case <-done:
			return
		default:
		}
		job := <-in
		job()
	}
}

func OkCounts(in chan int) {
	for i := 0; i < 10; i++ {
		select {
		case in <- i:
		default:
		}
	}
}

func OkReplacesOldest(in chan int, v int) {
	for {
		select {
		case in <- v:
			return
		default:
		}
		select {
		case <-in:
		default:
		}
	}
}

func OkSleepsButStops(ctx context.Context, in chan func()) {
	go func() {
		for {
			select {
			case job := <-in:
				job()
			case <-ctx.Done():
				return
			default:
				time.Sleep(time.Millisecond)
			}
		}
	}()
}

func OkSleepsUntil(n *atomic.Int64, in chan func()) {
	go func() {
		for n.Load() > 0 {
			select {
			case job := <-in:
				job()
			default:
				time.Sleep(time.Millisecond)
			}
		}
	}()
}

func OkEachElement[T any](subscribers []chan T, v T) {
	for _, subscriber := range subscribers {
		select {
		case subscriber <- v:
		default:
		}
	}
}

func (w *worker) OkStores(done <-chan struct{}) {
	for {
		select {
		case <-done:
			return
		default:
			w.seen++
		}
	}
}

// The other function does nothing, but that is not looked at.
func FN_CallsNothing(done <-chan struct{}) {
	for {
		select {
		case <-done:
			return
		default:
			nothing()
		}
	}
}

func nothing() {}
