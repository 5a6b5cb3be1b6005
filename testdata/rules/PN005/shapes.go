package pn005

import "sync"

func BadDirect() {
	var mu sync.Mutex
	mu.Unlock() // want PN005 "ends the process"
}

func BadTwice() {
	var mu sync.Mutex
	mu.Lock()
	mu.Unlock()
	mu.Unlock() // want PN005 "ends the process"
}

func BadWrongKind() {
	var mu sync.RWMutex
	mu.Lock()
	mu.RUnlock() // want PN005 "ends the process"
}

type state struct{ sync.Mutex }

func (s *state) leave() {
	s.Unlock() // want PN005 "ends the process"
}

func BadHelper() {
	s := &state{}
	s.Lock()
	s.leave()
	s.leave()
}

func BadClosure() {
	var mu sync.RWMutex
	done := func() {
		mu.RUnlock() // want PN005 "ends the process"
	}
	mu.RLock()
	done()
	done()
}

func release[T any](mu *sync.Mutex, v T) T {
	mu.Unlock() // want PN005 "ends the process"
	return v
}

func BadGeneric() {
	var mu sync.Mutex
	mu.Lock()
	mu.Unlock()
	release(&mu, 1)
}

func OkPaired() {
	var mu sync.Mutex
	mu.Lock()
	mu.Unlock()
	mu.Lock()
	mu.Unlock()
}

func OkReadTwice() {
	var mu sync.RWMutex
	mu.RLock()
	mu.RLock()
	mu.RUnlock()
	mu.RUnlock()
}

func OkOtherGoroutine() {
	var mu sync.Mutex
	mu.Lock()
	go mu.Unlock()
}

func (s *state) OkHeldByCaller() {
	s.Unlock()
	s.Lock()
}

func OkLocker(l sync.Locker) {
	l.Lock()
	l.Unlock()
}

func OkTry() {
	var mu sync.Mutex
	if mu.TryLock() {
		mu.Unlock()
	}
}
