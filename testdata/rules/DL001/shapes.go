package dl001

import "sync"

type counter struct {
	mu sync.Mutex
	n  int
}

func BadDirect() {
	var mu sync.Mutex
	mu.Lock()
	mu.Lock() // want DL001 "waits for itself"
	mu.Unlock()
}

func (c *counter) bump() {
	c.mu.Lock() // want DL001 "waits for itself"
	c.n++
	c.mu.Unlock()
}

func (c *counter) BadHelper() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bump()
}

func BadParameter(c *counter) {
	c.mu.Lock()
	defer c.mu.Unlock()
	lockAgain(&c.mu)
}

func lockAgain(mu *sync.Mutex) {
	mu.Lock() // want DL001 "waits for itself"
	mu.Unlock()
}

type bumper interface{ run() }

type busy struct{ counter }

func (b *busy) run() {
	b.mu.Lock() // want DL001 "waits for itself"
	b.mu.Unlock()
}

func BadInterface() {
	b := &busy{}
	var r bumper = b
	b.mu.Lock()
	defer b.mu.Unlock()
	r.run()
}

type box[T any] struct {
	mu sync.Mutex
	v  T
}

func (b *box[T]) set(v T) {
	b.mu.Lock() // want DL001 "waits for itself"
	b.v = v
	b.mu.Unlock()
}

func BadGenericBox() {
	b := &box[int]{}
	b.mu.Lock()
	b.set(1)
	b.mu.Unlock()
}

func OkDirect() {
	var mu sync.Mutex
	mu.Lock()
	mu.Unlock()
	mu.Lock()
	mu.Unlock()
}

func (c *counter) OkHelperAfterUnlock() {
	c.mu.Lock()
	c.n++
	c.mu.Unlock()
	c.bump()
}

func OkOther(a, b *counter) {
	x, y := &counter{}, &counter{}
	x.mu.Lock()
	y.mu.Lock()
	y.mu.Unlock()
	x.mu.Unlock()
}

func OkTry() {
	var mu sync.Mutex
	mu.Lock()
	if mu.TryLock() {
		mu.Unlock()
	}
	mu.Unlock()
}

func OkGeneric() {
	b := &box[string]{}
	b.set("a")
	b.set("b")
}

func OkClosureUnlocks() {
	var mu sync.Mutex
	unlock := func() { mu.Unlock() }
	mu.Lock()
	unlock()
	mu.Lock()
	unlock()
}

// The second round is not as the first one: exploring says so.
func OkLockedInOneRound() {
	var mu sync.Mutex
	for i := 0; i < 2; i++ {
		if i == 0 {
			mu.Lock()
		}
	}
	mu.Unlock()
}

func BadLockedInBothRounds() {
	var mu sync.Mutex
	for i := 0; i < 2; i++ {
		if i < 2 {
			mu.Lock() // want DL001 "locks what it has locked already"
		}
	}
	mu.Unlock()
}
