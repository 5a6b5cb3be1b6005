package dl002

import "sync"

func both(first, second *sync.Mutex) {
	first.Lock()
	second.Lock() // want DL002 "different orders"
	second.Unlock()
	first.Unlock()
}

func BadParameter() {
	var a, b sync.Mutex
	go both(&a, &b)
	both(&b, &a)
}

func bothInOrder(first, second *sync.Mutex) {
	first.Lock()
	second.Lock()
	second.Unlock()
	first.Unlock()
}

func OkParameter() {
	var a, b sync.Mutex
	go bothInOrder(&a, &b)
	bothInOrder(&a, &b)
}

func BadClosure() {
	var a, b sync.Mutex
	withA := func(do func()) {
		a.Lock() // want DL002 "different orders"
		defer a.Unlock()
		do()
	}
	withB := func(do func()) {
		b.Lock()
		defer b.Unlock()
		do()
	}
	go withA(func() { withB(func() {}) })
	withB(func() { withA(func() {}) })
}

func OkClosure() {
	var a, b sync.Mutex
	withA := func(do func()) {
		a.Lock()
		defer a.Unlock()
		do()
	}
	withB := func(do func()) {
		b.Lock()
		defer b.Unlock()
		do()
	}
	go withA(func() { withB(func() {}) })
	withA(func() { withB(func() {}) })
}

type toggler interface{ toggle() }

type lamp struct {
	sync.Mutex
	next *lamp
	on   bool
}

func (l *lamp) toggle() {
	l.Lock()
	defer l.Unlock()
	l.on = !l.on
	if l.next != nil {
		l.next.toggle()
	}
}

func OkInterface() {
	last := &lamp{}
	first := &lamp{next: last}
	for _, t := range []toggler{first, last} {
		go t.toggle()
	}
}

func withBothInOrder[T any](a, b sync.Locker, v T) T {
	a.Lock()
	defer a.Unlock()
	b.Lock()
	defer b.Unlock()
	return v
}

func OkGeneric() {
	var a, b sync.Mutex
	go withBothInOrder(&a, &b, 1)
	go withBothInOrder(&a, &b, "x")
}

type drawer struct{ papers, keys sync.Mutex }

func OkField() {
	d := &drawer{}
	sort := func() {
		d.papers.Lock()
		d.keys.Lock()
		d.keys.Unlock()
		d.papers.Unlock()
	}
	go sort()
	sort()
}
