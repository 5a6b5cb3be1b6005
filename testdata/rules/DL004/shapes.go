package dl004

import "sync"

func BadDirect() {
	var mu sync.RWMutex
	mu.RLock()
	mu.Lock() // want DL004 "read lock"
	mu.Unlock()
	mu.RUnlock()
}

type table struct {
	sync.RWMutex
	rows int
}

func (t *table) grow() {
	t.Lock() // want DL004 "read lock"
	t.rows++
	t.Unlock()
}

func (t *table) BadHelper() {
	t.RLock()
	defer t.RUnlock()
	t.grow()
}

func BadParameter(t *table) {
	t.RLock()
	defer t.RUnlock()
	write(&t.RWMutex)
}

func write(mu *sync.RWMutex) {
	mu.Lock() // want DL004 "read lock"
	mu.Unlock()
}

func BadClosure() {
	var mu sync.RWMutex
	update := func() {
		mu.Lock() // want DL004 "read lock"
		mu.Unlock()
	}
	mu.RLock()
	defer mu.RUnlock()
	update()
}

type shelf[T any] struct {
	mu sync.RWMutex
	v  T
}

func (s *shelf[T]) put(v T) {
	s.mu.Lock() // want DL004 "read lock"
	s.v = v
	s.mu.Unlock()
}

func BadGeneric() {
	s := &shelf[int]{}
	s.mu.RLock()
	s.put(1)
	s.mu.RUnlock()
}

func OkDirect() {
	var mu sync.RWMutex
	mu.RLock()
	mu.RUnlock()
	mu.Lock()
	mu.Unlock()
}

func (t *table) OkHelper() {
	t.RLock()
	t.RUnlock()
	t.grow()
}

func OkTwoReaders() {
	var mu sync.RWMutex
	go func() {
		mu.RLock()
		mu.RUnlock()
	}()
	mu.RLock()
	mu.RUnlock()
}

func OkNestedReadAlone() {
	var mu sync.RWMutex
	mu.RLock()
	mu.RLock()
	mu.RUnlock()
	mu.RUnlock()
}

func OkGeneric() {
	s := &shelf[string]{}
	s.put("a")
	s.mu.RLock()
	s.mu.RUnlock()
}
