// Package dl010 runs Do in Do, or not.
package dl010

import "sync"

var once, other sync.Once

func BadDirect() {
	once.Do(func() { // want DL010 "this Do waits for itself"
		once.Do(func() {})
	})
}

var loadOnce sync.Once

func BadThroughFunction() {
	loadOnce.Do(parse) // want DL010 "this Do waits for itself"
}

func parse() { validate() }

func validate() { BadThroughFunction() }

type config struct {
	once sync.Once
	deep struct{ once sync.Once }
	next *config
}

func (c *config) BadMethod() {
	c.once.Do(func() { // want DL010 "this Do waits for itself"
		c.fill()
	})
}

func (c *config) fill() { c.again() }

func (c *config) again() {
	c.once.Do(func() {})
}

func (c *config) BadBound() {
	c.deep.once.Do(c.start) // want DL010 "this Do waits for itself"
}

func (c *config) start() { c.BadBound() }

func BadLocal() {
	var once sync.Once
	once.Do(func() { // want DL010 "this Do waits for itself"
		once.Do(func() { println("inner") })
	})
}

func BadParameter(o *sync.Once) {
	o.Do(func() { // want DL010 "this Do waits for itself"
		o.Do(func() {})
	})
}

type lazy[T any] struct {
	once  sync.Once
	value T
}

func (l *lazy[T]) BadGeneric(make func() T) {
	l.once.Do(func() { // want DL010 "this Do waits for itself"
		l.once.Do(func() { l.value = make() })
	})
}

func OkOther() {
	once.Do(func() {
		other.Do(func() {})
	})
}

func OkTwice() {
	other.Do(func() {})
	other.Do(func() {})
}

func (c *config) OkNext() {
	c.once.Do(func() {
		c.next.once.Do(func() {})
	})
}

func (c *config) OkDifferentField() {
	c.deep.once.Do(func() {
		println("deep")
	})
}

func OkTwoLocals() {
	var a, b sync.Once
	a.Do(func() {
		b.Do(func() {})
	})
}

var goOnce sync.Once

func OkGoroutine() {
	goOnce.Do(func() {
		go goOnce.Do(func() {})
	})
}

func OkValue(o *sync.Once, f func()) {
	o.Do(f)
}
