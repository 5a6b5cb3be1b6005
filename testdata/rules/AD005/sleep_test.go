// Package ad005 tests with and without sleeping.
package ad005

import (
	"sync"
	"testing"
	"time"
)

func BadSleep(t *testing.T) {
	done := false
	go func() { done = true }()
	time.Sleep(10 * time.Millisecond) // want AD005 "sleeps in real time beside a goroutine"
	if !done {
		t.Fatal("not done")
	}
}

func BadInGoroutine(t *testing.T) {
	done := make(chan bool)
	go func() {
		time.Sleep(time.Second) // want AD005 "sleeps in real time"
		close(done)
	}()
	<-done
}

func BadSubtest(t *testing.T) {
	t.Run("sub", func(t *testing.T) {
		go t.Log("started")
		time.Sleep(time.Millisecond) // want AD005 "sleeps in real time"
	})
}

func BadLoop(t *testing.T) {
	var wg sync.WaitGroup
	for range 3 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			t.Log("started")
		}()
		time.Sleep(time.Millisecond) // want AD005 "sleeps in real time"
	}
	wg.Wait()
}

func BadPoll(t *testing.T) {
	var mu sync.Mutex
	n := 0
	go func() {
		mu.Lock()
		n++
		mu.Unlock()
	}()
	for {
		mu.Lock()
		done := n == 1
		mu.Unlock()
		if done {
			return
		}
		time.Sleep(time.Millisecond) // want AD005 "sleeps in real time"
	}
}

func BadTwo(t *testing.T) {
	go t.Log("one")
	time.Sleep(time.Millisecond) // want AD005 "sleeps in real time"
	go t.Log("two")
	time.Sleep(time.Millisecond)
}

func OkNoGoroutine(t *testing.T) {
	time.Sleep(time.Millisecond)
}

func OkNoSleep(t *testing.T) {
	done := make(chan bool)
	go close(done)
	<-done
}

func OkTimeout(t *testing.T) {
	done := make(chan bool)
	go close(done)
	select {
	case <-done:
	case <-time.After(time.Second):
		t.Fatal("not done")
	}
}

func OkBenchmark(b *testing.B) {
	go b.Log("started")
	time.Sleep(time.Millisecond)
}

func okHelper(t *testing.T, n int) {
	go t.Log(n)
	time.Sleep(time.Millisecond)
}

func OkHelper(t *testing.T) { okHelper(t, 1) }

func OkTable(t *testing.T) {
	for _, pause := range []time.Duration{0, 1} {
		time.Sleep(pause)
	}
}

func TestAll(t *testing.T) {
	for _, test := range []func(*testing.T){BadSleep, BadInGoroutine, BadSubtest, BadLoop, BadPoll, BadTwo, OkNoGoroutine, OkNoSleep, OkTimeout, OkHelper} {
		test(t)
	}
	OkBenchmark(&testing.B{})
}
