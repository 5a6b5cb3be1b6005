package dl003

import (
	"errors"
	"sync"
)

type store struct {
	mu   sync.RWMutex
	data map[string]int
}

var errEmpty = errors.New("empty")

func (s *store) set(key string, v int) error {
	s.mu.Lock() // want DL003 "never released"
	if key == "" {
		return errEmpty
	}
	s.data[key] = v
	s.mu.Unlock()
	return nil
}

func BadErrorPath() {
	s := &store{data: map[string]int{}}
	go s.set("", 1)
	s.set("a", 2)
}

func BadClosure(fails bool) {
	var mu sync.Mutex
	work := func(stop bool) {
		mu.Lock() // want DL003 "never released"
		if stop {
			return
		}
		mu.Unlock()
	}
	go work(fails)
	work(false)
}

func keep(l sync.Locker) { l.Lock() }

func BadParameter() {
	var mu sync.Mutex
	done := make(chan struct{})
	go func() {
		keep(&mu)
		close(done)
	}()
	<-done
	mu.Lock() // want DL003 "never released"
	mu.Unlock()
}

type guarded[T any] struct {
	mu sync.Mutex
	v  T
}

func (g *guarded[T]) get(ok bool) (v T) {
	g.mu.Lock() // want DL003 "never released"
	if !ok {
		return v
	}
	v = g.v
	g.mu.Unlock()
	return v
}

func BadGeneric() {
	g := &guarded[int]{}
	go g.get(false)
	g.get(true)
}

type unit struct{ sync.Mutex }

func (u *unit) step(n int) {
	u.Lock() // want DL003 "never released"
	switch n {
	case 0:
		return
	}
	u.Unlock()
}

func BadEmbedded() {
	u := &unit{}
	go u.step(0)
	u.step(1)
}

func OkDeferred() {
	s := &store{data: map[string]int{}}
	go s.setRight("", 1)
	s.setRight("a", 2)
}

func (s *store) setRight(key string, v int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if key == "" {
		return errEmpty
	}
	s.data[key] = v
	return nil
}

func OkBothPaths(fails bool) {
	var mu sync.Mutex
	work := func(stop bool) {
		mu.Lock()
		if stop {
			mu.Unlock()
			return
		}
		mu.Unlock()
	}
	go work(fails)
	work(false)
}

func OkHandedOver() {
	var mu sync.Mutex
	mu.Lock()
	go func() {
		mu.Unlock()
	}()
	mu.Lock()
	mu.Unlock()
}

func OkLockFunction() {
	var mu sync.Mutex
	done := make(chan struct{})
	go func() {
		keep(&mu)
		mu.Unlock()
		close(done)
	}()
	<-done
	mu.Lock()
	mu.Unlock()
}

func OkPanicReleases() {
	u := &unit{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() { recover() }()
		u.Lock()
		defer u.Unlock()
		panic("no")
	}()
	<-done
	u.Lock()
	u.Unlock()
}
