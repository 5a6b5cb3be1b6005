// Package dr010 has what DR010 finds (testing-in-goroutine), and what it does not.
package dr010

import (
	"errors"
	"sync"
	"testing"
	"time"
)

func work() error { return errors.New("no") }

func BadNotWaited(t *testing.T) {
	go func() {
		if err := work(); err != nil {
			t.Error(err) // want DR010 "may have ended"
		}
	}()
}

func OkWaited(t *testing.T) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := work(); err != nil {
			t.Error(err)
		}
	}()
	<-done
}

func BadFatal(t *testing.T) {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		if err := work(); err != nil {
			t.Fatal(err) // want DR010 "ends the test from outside"
		}
	}()
	wg.Wait()
}

func OkError(t *testing.T) {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		if err := work(); err != nil {
			t.Error(err)
			return
		}
	}()
	wg.Wait()
}

type watcher struct {
	t    *testing.T
	in   chan int
	done chan struct{}
}

func (w *watcher) run() {
	for n := range w.in {
		w.t.Logf("got %d", n) // want DR010 "may have ended"
	}
	close(w.done)
}

func BadField(t *testing.T) {
	w := &watcher{t: t, in: make(chan int, 1), done: make(chan struct{})}
	go w.run()
	w.in <- 1
	close(w.in)
	time.Sleep(time.Millisecond)
}

func (w *watcher) runWaited() {
	for n := range w.in {
		w.t.Logf("got %d", n)
	}
	close(w.done)
}

func OkField(t *testing.T) {
	w := &watcher{t: t, in: make(chan int, 1), done: make(chan struct{})}
	go w.runWaited()
	w.in <- 1
	close(w.in)
	<-w.done
}

func OkCleanup(t *testing.T) {
	var wg sync.WaitGroup
	wg.Add(1)
	t.Cleanup(wg.Wait)
	go func() {
		defer wg.Done()
		t.Log("in time")
	}()
}

func BadTimeout(t *testing.T) {
	done := make(chan error, 1)
	go func() {
		err := work()
		t.Log("worked") // want DR010 "may have ended"
		done <- err
	}()
	select {
	case <-done:
	case <-time.After(time.Second):
	}
}

func OkOnlySends(t *testing.T) {
	done := make(chan error, 1)
	go func() { done <- work() }()
	select {
	case err := <-done:
		t.Log(err)
	case <-time.After(time.Second):
		t.Fatal("late")
	}
}

func report(tb testing.TB, err error) {
	tb.Errorf("failed: %v", err) // want DR010 "may have ended"
}

func BadInterface(t *testing.T) {
	go report(t, work())
}

func reportNow(tb testing.TB, err error) {
	tb.Errorf("failed: %v", err)
}

func OkInterface(t *testing.T) {
	reportNow(t, work())
}

func BadSubtest(t *testing.T) {
	var wg sync.WaitGroup
	wg.Add(1)
	t.Run("sub", func(t *testing.T) {
		go func() {
			defer wg.Done()
			t.Error("late") // want DR010 "may have ended"
		}()
	})
	wg.Wait()
}

func OkParallel(t *testing.T) {
	for _, name := range []string{"a", "b"} {
		name := name
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			t.Log(name)
		})
	}
}

func TestBadNotWaited(t *testing.T) { BadNotWaited(t) }

func TestOkWaited(t *testing.T) { OkWaited(t) }

func TestBadFatal(t *testing.T) { BadFatal(t) }

func TestOkError(t *testing.T) { OkError(t) }

func TestBadField(t *testing.T) { BadField(t) }

func TestOkField(t *testing.T) { OkField(t) }

func TestOkCleanup(t *testing.T) { OkCleanup(t) }

func TestBadTimeout(t *testing.T) { BadTimeout(t) }

func TestOkOnlySends(t *testing.T) { OkOnlySends(t) }

func TestBadInterface(t *testing.T) { BadInterface(t) }

func TestOkInterface(t *testing.T) { OkInterface(t) }

func TestBadSubtest(t *testing.T) { BadSubtest(t) }

func TestOkParallel(t *testing.T) { OkParallel(t) }
