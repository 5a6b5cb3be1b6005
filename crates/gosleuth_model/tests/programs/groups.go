// Counters and conditions.
package program

import (
	"sync"
	"sync/atomic"
	"testing"
)

// want Deadlock: sync.WaitGroup.Wait
func TestBadDoneMissing(t *testing.T) {
	var wg sync.WaitGroup
	for i := 0; i < 2; i++ {
		wg.Add(1)
		go func(n int) {
			if n == 1 {
				return
			}
			wg.Done()
		}(i)
	}
	wg.Wait()
}

func TestOkDoneDeferred(t *testing.T) {
	var wg sync.WaitGroup
	for i := 0; i < 2; i++ {
		wg.Add(1)
		go func(n int) {
			defer wg.Done()
			if n == 1 {
				return
			}
		}(i)
	}
	wg.Wait()
}

// want NegativeCounter
func TestBadDoneTwice(t *testing.T) {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		wg.Done()
	}()
	wg.Wait()
}

// want Deadlock: sync.WaitGroup.Wait
func TestBadAddTooMuch(t *testing.T) {
	items := []string{"a", "b"}
	var wg sync.WaitGroup
	wg.Add(len(items) + 1)
	for range items {
		go func() {
			wg.Done()
		}()
	}
	wg.Wait()
}

func TestOkGo(t *testing.T) {
	var wg sync.WaitGroup
	results := make(chan int, 2)
	for i := 0; i < 2; i++ {
		wg.Go(func() { results <- 1 })
	}
	wg.Wait()
	close(results)
	for range results {
	}
}

type queue struct {
	mu    sync.Mutex
	cond  *sync.Cond
	items []int
}

func newQueue() *queue {
	q := &queue{}
	q.cond = sync.NewCond(&q.mu)
	return q
}

func (q *queue) pop() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.items) == 0 {
		q.cond.Wait()
	}
	v := q.items[0]
	q.items = q.items[1:]
	return v
}

func (q *queue) push(v int, wake bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.items = append(q.items, v)
	if wake {
		q.cond.Signal()
	}
}

// want Deadlock: chan receive, sync.Cond.Wait
func TestBadNoSignal(t *testing.T) {
	q := newQueue()
	done := make(chan int)
	go func() {
		done <- q.pop()
	}()
	q.push(1, false)
	<-done
}

func TestOkSignal(t *testing.T) {
	q := newQueue()
	done := make(chan int)
	go func() {
		done <- q.pop()
	}()
	q.push(1, true)
	<-done
}

// want Leak: chan receive
func TestBadFlagSkipsClose(t *testing.T) {
	var stopped atomic.Bool
	done := make(chan struct{})
	go func() {
		<-done
	}()
	go func() {
		stopped.Store(true)
	}()
	if !stopped.Load() {
		close(done)
	}
}

type service interface {
	stop()
}

type real struct {
	quit chan struct{}
}

func (r *real) stop() { close(r.quit) }

type lazy struct{ real }

func (l *lazy) stop() {}

func start(s service, quit chan struct{}) {
	go func() {
		<-quit
	}()
	s.stop()
}

func TestOkInterface(t *testing.T) {
	r := &real{quit: make(chan struct{})}
	start(r, r.quit)
}

// want Leak: chan receive
func TestBadInterface(t *testing.T) {
	l := &lazy{real{quit: make(chan struct{})}}
	start(l, l.quit)
}

func TestOkEnvironment(t *testing.T) {
	ch := external()
	go func() {
		ch <- 1
	}()
}

func external() chan int

func run(f func())

// What is given to code outside may be called there.
func TestOkCalledOutside(t *testing.T) {
	done := make(chan struct{})
	run(func() { close(done) })
	<-done
}
