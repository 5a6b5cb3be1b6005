// Package dr011 has sleeps that stand for a wait (sleep-as-synchronisation), and some that do not.
package dr011

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestShapes(t *testing.T) {
	BadAtomic(t)
	OkWaited(t)
	BadLocked(t)
	OkLocked(t)
	BadPlain(t)
	OkPolled(t)
	BadGosched(t)
	OkBefore(t)
	BadField(t)
	OkField(t)
	BadNested(t)
	OkOther(t)
	BadGeneric(t)
	OkGeneric(t)
	OkDelivered(t)
}

func BadAtomic(t *testing.T) {
	var n atomic.Int64
	go func() { n.Add(1) }()
	time.Sleep(time.Millisecond) // want DR011 "has written `n`"
	if n.Load() != 1 {
		t.Error("not counted")
	}
}

func OkWaited(t *testing.T) {
	var n atomic.Int64
	done := make(chan struct{})
	go func() {
		n.Add(1)
		close(done)
	}()
	time.Sleep(time.Millisecond)
	<-done
	if n.Load() != 1 {
		t.Error("not counted")
	}
}

func BadLocked(t *testing.T) {
	var mu sync.Mutex
	seen := map[string]bool{}
	go func() {
		mu.Lock()
		defer mu.Unlock()
		seen["a"] = true
	}()
	time.Sleep(10 * time.Millisecond) // want DR011 "has written `seen`"
	mu.Lock()
	defer mu.Unlock()
	if !seen["a"] {
		t.Error("not seen")
	}
}

func OkLocked(t *testing.T) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	seen := map[string]bool{}
	wg.Add(1)
	go func() {
		defer wg.Done()
		mu.Lock()
		defer mu.Unlock()
		seen["a"] = true
	}()
	time.Sleep(10 * time.Millisecond)
	wg.Wait()
	if !seen["a"] {
		t.Error("not seen")
	}
}

func BadPlain(t *testing.T) {
	result := ""
	go func() {
		result = "done"
	}()
	time.Sleep(time.Second) // want DR011 "has written `result`"
	t.Log(result)
}

// OkPolled asks until it is there.
func OkPolled(t *testing.T) {
	var n atomic.Int64
	go func() { n.Add(1) }()
	for n.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
}

func BadGosched(t *testing.T) {
	var ready atomic.Bool
	go func() { ready.Store(true) }()
	runtime.Gosched() // want DR011 "has written `ready`"
	if !ready.Load() {
		t.Error("not ready")
	}
}

// OkBefore sleeps before the goroutine is started.
func OkBefore(t *testing.T) {
	var n atomic.Int64
	time.Sleep(time.Millisecond)
	go func() { n.Add(1) }()
	t.Log(n.Load())
}

type service struct {
	mu    sync.Mutex
	calls int
	done  chan struct{}
}

func (s *service) run() {
	s.mu.Lock()
	s.calls++
	s.mu.Unlock()
	close(s.done)
}

func (s *service) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

func BadField(t *testing.T) {
	s := &service{done: make(chan struct{})}
	go s.run()
	time.Sleep(time.Millisecond) // want DR011 "has written `service.calls`"
	if s.count() != 1 {
		t.Error("not called")
	}
}

func OkField(t *testing.T) {
	s := &service{done: make(chan struct{})}
	go s.run()
	time.Sleep(time.Millisecond)
	<-s.done
	if s.count() != 1 {
		t.Error("not called")
	}
}

func settle() {
	time.Sleep(time.Millisecond) // want DR011 "has written `hits`"
}

func BadNested(t *testing.T) {
	var hits atomic.Int32
	for i := 0; i < 3; i++ {
		go func() { hits.Add(1) }()
	}
	settle()
	if hits.Load() != 3 {
		t.Error("not hit")
	}
}

// OkOther reads what the goroutine does not write.
func OkOther(t *testing.T) {
	var a, b atomic.Int32
	go func() { a.Add(1) }()
	time.Sleep(time.Millisecond)
	if b.Load() != 0 {
		t.Error("not zero")
	}
}

type box[T any] struct {
	mu   sync.Mutex
	item T
}

func (b *box[T]) put(item T) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.item = item
}

func (b *box[T]) get() T {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.item
}

func BadGeneric(t *testing.T) {
	b := &box[int]{}
	go b.put(1)
	time.Sleep(time.Millisecond) // want DR011 "has written"
	t.Log(b.get())
}

func OkGeneric(t *testing.T) {
	b := &box[int]{}
	b.put(1)
	time.Sleep(time.Millisecond)
	t.Log(b.get())
}

// OkDelivered waits for the result behind the sleep, which only lets the goroutine run first.
func OkDelivered(t *testing.T) {
	var n atomic.Int64
	results := make(chan int64, 1)
	go func() {
		results <- n.Add(1)
	}()
	time.Sleep(time.Millisecond)
	t.Log(<-results, n.Load())
}
