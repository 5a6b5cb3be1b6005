package dl001

import "sync"

type depot struct {
	lock  sync.Mutex
	crate struct {
		lock  sync.Mutex
		count int
	}
}

func BadField() {
	d := &depot{}
	d.crate.lock.Lock()
	d.crate.lock.Lock() // want DL001 "locks what it has locked already|waits for itself"
	d.crate.lock.Unlock()
}

func OkField() {
	d := &depot{}
	d.lock.Lock()
	d.crate.lock.Lock()
	d.crate.lock.Unlock()
	d.lock.Unlock()
}

type runner interface{ runFree() }

func (b *busy) runFree() { b.n++ }

func OkInterface() {
	b := &busy{}
	var r runner = b
	b.mu.Lock()
	defer b.mu.Unlock()
	r.runFree()
}
