// Package dl011 reads in tight loops.
package dl011

import (
	"sync"
	"time"

	"example.com/rules/dl011/lib"
)

type table struct {
	mu   sync.RWMutex
	rows []int
	use  func(int)
}

func (t *table) BadScan() {
	for {
		t.mu.RLock() // want DL011 "holds the lock for reading"
		for _, row := range t.rows {
			t.use(row)
		}
		t.mu.RUnlock()
	}
}

func (t *table) BadCallback(visit func([]int)) {
	for {
		t.mu.RLock() // want DL011 "holds the lock for reading"
		visit(t.rows)
		t.mu.RUnlock()
	}
}

func (t *table) BadGoroutine() {
	go func() {
		for {
			t.mu.RLock() // want DL011 "holds the lock for reading"
			for i := 0; i < len(t.rows); i++ {
				t.use(t.rows[i])
			}
			t.mu.RUnlock()
		}
	}()
}

func (t *table) add(row int) {
	t.mu.Lock()
	t.rows = append(t.rows, row)
	t.mu.Unlock()
}

var (
	mu     sync.RWMutex
	values = map[string]int{}
)

func BadGlobal(use func(string)) {
	for {
		mu.RLock() // want DL011 "holds the lock for reading"
		for name := range values {
			use(name)
		}
		mu.RUnlock()
	}
}

func set(name string) {
	mu.Lock()
	defer mu.Unlock()
	values[name]++
}

func BadOfOtherPackage(s *lib.Shared, use func(int)) {
	for {
		s.Mu.RLock() // want DL011 "holds the lock for reading"
		for _, row := range s.Rows {
			use(row)
		}
		s.Mu.RUnlock()
	}
}

func write(s *lib.Shared) {
	s.Mu.Lock()
	s.Rows = nil
	s.Mu.Unlock()
}

type sink interface{ Take([]int) bool }

func (t *table) BadInterface(s sink) {
	for {
		t.mu.RLock() // want DL011 "holds the lock for reading"
		done := s.Take(t.rows)
		t.mu.RUnlock()
		if done {
			return
		}
	}
}

func (t *table) OkPause() {
	for {
		t.mu.RLock()
		for _, row := range t.rows {
			t.use(row)
		}
		t.mu.RUnlock()
		time.Sleep(time.Second)
	}
}

func (t *table) OkTicks(ticks <-chan time.Time) {
	for range ticks {
		t.mu.RLock()
		for _, row := range t.rows {
			t.use(row)
		}
		t.mu.RUnlock()
	}
}

func (t *table) OkShort() {
	for {
		t.mu.RLock()
		rows := t.rows
		t.mu.RUnlock()
		for _, row := range rows {
			t.use(row)
		}
	}
}

func (t *table) OkOnce() {
	t.mu.RLock()
	defer t.mu.RUnlock()
	for _, row := range t.rows {
		t.use(row)
	}
}

type readOnly struct {
	mu   sync.RWMutex
	rows []int
}

func (r *readOnly) OkNoWriter(use func(int)) {
	for {
		r.mu.RLock()
		for _, row := range r.rows {
			use(row)
		}
		r.mu.RUnlock()
	}
}

func (t *table) OkBounded(rounds int) {
	for i := 0; i < rounds; i++ {
		t.mu.RLock()
		for _, row := range t.rows {
			t.use(row)
		}
		t.mu.RUnlock()
	}
}
