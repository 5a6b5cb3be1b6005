// Package dr005 copies locks, and does not.
package dr005

import (
	"sync"
	"sync/atomic"

	"example.com/rules/dr005/lib"
)

type counter struct {
	mu sync.Mutex
	n  int
}

type wrapper struct {
	inner counter
	name  string
}

type spin struct{ state int32 }

func (s *spin) Lock()   {}
func (s *spin) Unlock() {}

type pair[T any] struct {
	mu    sync.RWMutex
	value T
}

func (c counter) BadReceiver() int { // want DR005 "this receiver copies counter, which holds sync.Mutex"
	return c.n
}

func BadParameter(c counter) int { // want DR005 "this parameter copies counter"
	return c.n
}

func BadAssign(c *counter) int {
	d := *c // want DR005 "this assignment copies counter"
	return d.n
}

func BadThroughField(w *wrapper) int {
	c := w.inner // want DR005 "this assignment copies counter"
	return c.n
}

func BadReturn(w *wrapper) counter {
	return w.inner // want DR005 "this return copies counter"
}

func BadRange(list []counter) int {
	n := 0
	for _, c := range list { // want DR005 "each round of this loop copies counter"
		n += c.n
	}
	return n
}

func BadArgument(wg sync.WaitGroup, use func(any)) { // want DR005 "this parameter copies sync.WaitGroup"
	use(wg) // want DR005 "this argument copies"
}

func BadLiteral(c *counter) wrapper {
	return wrapper{inner: *c} // want DR005 "this literal copies counter"
}

func BadOwnLock(s *spin) {
	t := *s // want DR005 "this assignment copies spin"
	t.Lock()
	t.Unlock()
}

func BadAtomic(n *atomic.Int64) int64 {
	m := *n // want DR005 "this assignment copies atomic.Int64"
	return m.Load()
}

func BadGeneric[T any](p *pair[T]) T {
	q := *p // want DR005 "this assignment copies pair"
	return q.value
}

func BadArray(locks [2]sync.Mutex) { // want DR005 "this parameter copies sync.Mutex"
	locks[0].Lock()
	locks[0].Unlock()
}

func BadAcross(c *lib.Cache) int {
	d := *c // want DR005 "this assignment copies Cache, which holds sync.Mutex"
	return d.Size
}

func BadMap(m map[string]counter) int {
	c := m["a"] // want DR005 "this assignment copies counter"
	return c.n
}

func BadClosure(c *counter) func() int {
	f := func(d counter) int { return d.n } // want DR005 "this parameter copies counter"
	return func() int {
		return f(*c) // want DR005 "this argument copies counter"
	}
}

func OkPointer(c *counter) *counter {
	d := c
	return d
}

func OkNew() counter {
	return counter{n: 1}
}

func OkZero() *wrapper {
	var w wrapper
	w.inner = counter{}
	return &w
}

func OkRange(list []counter) int {
	n := 0
	for i := range list {
		n += list[i].n
	}
	for _, p := range []*counter{} {
		n += p.n
	}
	return n
}

func OkBlank(c *counter) {
	_ = *c
}

func OkInterface(l sync.Locker) sync.Locker {
	m := l
	return m
}

func OkResult() int {
	c := OkNew()
	return c.n
}

func OkLen(list *[3]sync.Mutex) int {
	return len(list)
}

type holdsPointer struct {
	mu *sync.Mutex
	ch chan counter
}

func OkHoldsPointer(h holdsPointer) holdsPointer {
	g := h
	return g
}

type valueLock struct{}

func (valueLock) Lock()   {}
func (valueLock) Unlock() {}

func OkValueLock(v valueLock) valueLock {
	w := v
	return w
}
