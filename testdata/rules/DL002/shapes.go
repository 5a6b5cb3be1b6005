package dl002

import "sync"

func BadLocals() {
	var a, b sync.Mutex
	go func() {
		a.Lock()
		b.Lock() // want DL002 "different orders"
		b.Unlock()
		a.Unlock()
	}()
	go func() {
		b.Lock()
		a.Lock()
		a.Unlock()
		b.Unlock()
	}()
}

type pair struct{ first, second sync.Mutex }

func (p *pair) forth() {
	p.first.Lock()
	defer p.first.Unlock()
	p.second.Lock() // want DL002 "different orders"
	defer p.second.Unlock()
}

func (p *pair) back() {
	p.second.Lock()
	defer p.second.Unlock()
	p.first.Lock()
	defer p.first.Unlock()
}

func BadFields() {
	p := &pair{}
	go p.forth()
	go p.back()
}

type left struct {
	sync.Mutex
	other *right
}

type right struct {
	sync.Mutex
	other *left
}

func (l *left) touch() {
	l.Lock()
	defer l.Unlock()
	l.other.Lock() // want DL002 "different orders"
	l.other.Unlock()
}

func (r *right) touch() {
	r.Lock()
	defer r.Unlock()
	r.other.Lock()
	r.other.Unlock()
}

func BadBackPointers() {
	l, r := &left{}, &right{}
	l.other, r.other = r, l
	go l.touch()
	go r.touch()
}

type toucher interface{ touch() }

func BadInterface() {
	l, r := &left{}, &right{}
	l.other, r.other = r, l
	for _, t := range []toucher{l, r} {
		go t.touch()
	}
}

func withBoth[T any](a, b sync.Locker, v T) T {
	a.Lock()
	defer a.Unlock()
	b.Lock() // want DL002 "different orders"
	defer b.Unlock()
	return v
}

func BadGeneric() {
	var a, b sync.Mutex
	go withBoth(&a, &b, 1)
	go withBoth(&b, &a, "x")
}

func OkSameOrder() {
	p := &pair{}
	go p.forthOnly()
	go p.forthOnly()
}

func (p *pair) forthOnly() {
	p.first.Lock()
	defer p.first.Unlock()
	p.second.Lock()
	defer p.second.Unlock()
}

func OkOneAtATime() {
	p := &pair{}
	go p.apart()
	go p.forthOnly()
}

func (p *pair) apart() {
	p.second.Lock()
	p.second.Unlock()
	p.first.Lock()
	p.first.Unlock()
}

func OkOneAfterTheOther() {
	p := &pair{}
	done := make(chan struct{})
	go func() {
		p.backwards()
		close(done)
	}()
	<-done
	p.forthOnly()
}

func (p *pair) backwards() {
	p.second.Lock()
	defer p.second.Unlock()
	p.first.Lock()
	defer p.first.Unlock()
}

func OkTry() {
	var a, b sync.Mutex
	go func() {
		a.Lock()
		b.Lock()
		b.Unlock()
		a.Unlock()
	}()
	go func() {
		b.Lock()
		if a.TryLock() {
			a.Unlock()
		}
		b.Unlock()
	}()
}
