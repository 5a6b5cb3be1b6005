package dl003

import (
	"os"
	"sync"
)

type table struct {
	mu   sync.Mutex
	rows map[string]int
}

func (t *table) BadReturn(key string) (int, bool) {
	t.mu.Lock() // want DL003 "never released on a path"
	v, ok := t.rows[key]
	if !ok {
		return 0, false
	}
	t.mu.Unlock()
	return v, true
}

type index struct {
	mu    sync.RWMutex
	names []string
}

func (x *index) BadLoop(stop func(string) bool) {
	for range x.names {
		x.mu.RLock() // want DL003 "never released on a path"
		name := x.names[0]
		if stop(name) {
			return
		}
		x.mu.RUnlock()
	}
}

func (t *table) release() { t.mu.Unlock() }

func (t *table) BadReleasedByHelper(key string) int {
	t.mu.Lock() // want DL003 "never released on a path"
	v := t.rows[key]
	if v < 0 {
		return v
	}
	t.release()
	return v
}

func BadLocal(files []string) error {
	var mu sync.Mutex
	sizes := map[string]int64{}
	for _, file := range files {
		mu.Lock() // want DL003 "never released on a path"
		info, err := os.Stat(file)
		if err != nil {
			return err
		}
		sizes[file] = info.Size()
		mu.Unlock()
	}
	return nil
}

func BadGenericPath[K comparable, V any](mu *sync.Mutex, m map[K]V, key K) (v V, ok bool) {
	mu.Lock() // want DL003 "never released on a path"
	if v, ok = m[key]; !ok {
		return v, false
	}
	mu.Unlock()
	return v, true
}

func (t *table) OkEveryPath(key string) (int, bool) {
	t.mu.Lock()
	v, ok := t.rows[key]
	if !ok {
		t.mu.Unlock()
		return 0, false
	}
	t.mu.Unlock()
	return v, true
}

func (t *table) OkSameQuestion(shared bool) int {
	if shared {
		t.mu.Lock()
	}
	n := len(t.rows)
	if shared {
		t.mu.Unlock()
	}
	return n
}

func (t *table) OkFlag(key string) int {
	locked := false
	if key != "" {
		t.mu.Lock()
		locked = true
	}
	n := len(t.rows)
	if locked {
		t.mu.Unlock()
	}
	return n
}

func (t *table) OkDeferredLiteral(key string) (v int, ok bool) {
	t.mu.Lock()
	defer func() {
		t.mu.Unlock()
	}()
	v, ok = t.rows[key]
	if !ok {
		return 0, false
	}
	return v, true
}

func (t *table) OkTryLock() bool {
	if !t.mu.TryLock() {
		return false
	}
	t.rows = nil
	t.mu.Unlock()
	return true
}

type job struct {
	mu   sync.Mutex
	done bool
}

// OkHandsOver returns with the lock held when there is work, which finish ends.
func (j *job) OkHandsOver() bool {
	j.mu.Lock()
	if j.done {
		j.mu.Unlock()
		return false
	}
	return true
}

func (j *job) finish() {
	j.done = true
	j.mu.Unlock()
}

type view struct{ mu sync.Mutex }

func (v *view) OkReturnsUnlock(want bool) func() {
	v.mu.Lock()
	if !want {
		v.mu.Unlock()
		return func() {}
	}
	return v.mu.Unlock
}

func (v *view) OkPanics(bad bool) {
	v.mu.Lock()
	if bad {
		panic("bad")
	}
	v.mu.Unlock()
}

type pair struct{ left, right table }

// Each of the two locks is released on its way.
func (p *pair) OkTwoLocks(key string) int {
	p.left.mu.Lock()
	p.right.mu.Lock()
	n := p.left.rows[key] + p.right.rows[key]
	p.right.mu.Unlock()
	p.left.mu.Unlock()
	return n
}

func (t *table) OkSameQuestionAroundLoop(base int, keys []string) (n int) {
	if base == 10 {
		t.mu.Lock()
	}
	for i := 0; i < len(keys); i++ {
		n += len(keys[i])
	}
	if base == 10 {
		t.mu.Unlock()
	}
	return n
}
