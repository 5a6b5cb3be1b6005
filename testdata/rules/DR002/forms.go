package dr002

import (
	"sync"

	"example.com/dr002/helper"
)

func raise(n *int, mu *sync.Mutex) {
	mu.Lock()
	*n++
	mu.Unlock()
}

func OkParameter() int {
	var mu sync.Mutex
	n := 0
	go raise(&n, &mu)
	mu.Lock()
	defer mu.Unlock()
	return n
}

// Only accesses in the package itself are followed.
func FN_OtherPackage() int {
	c := &helper.Counter{}
	go c.Inc()
	return c.Peek()
}

func OkOtherPackage() int {
	c := &helper.Counter{}
	go c.Inc()
	return c.Get()
}

func BadClosure() int {
	c := &counter{}
	read := func() int {
		return c.n // want DR002 "counter.n"
	}
	go c.inc()
	return read()
}

func OkClosure() int {
	c := &counter{}
	read := func() int {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.n
	}
	go c.inc()
	return read()
}

type drawer[T any] struct {
	mu   sync.Mutex
	held T
}

func (d *drawer[T]) put(v T) {
	d.mu.Lock()
	d.held = v
	d.mu.Unlock()
}

func OkGeneric() {
	d := &drawer[string]{}
	go d.put("a")
	d.put("b")
}

func BadField() int {
	o := &office{}
	go o.desk.inc()
	return o.desk.n // want DR002 "office.desk.n"
}

type office struct{ desk counter }

func OkField() int {
	o := &office{}
	go o.desk.inc()
	return o.desk.get()
}
