// Package dl002 has what DL002 finds (lock-order-inversion), and what it does not.
package dl002

import "sync"

type account struct{ mu sync.Mutex }

func BadTransfer() {
	a, b := &account{}, &account{}
	go transfer(a, b)
	go transfer(b, a)
}

func transfer(from, to *account) {
	from.mu.Lock()
	defer from.mu.Unlock()
	to.mu.Lock() // want DL002 "different orders"
	defer to.mu.Unlock()
}

func OkTransfer() {
	a, b := &account{}, &account{}
	go ordered(a, b)
	go ordered(a, b)
}

func ordered(from, to *account) {
	from.mu.Lock()
	defer from.mu.Unlock()
	to.mu.Lock()
	defer to.mu.Unlock()
}

func OkGate() {
	var gate, a, b sync.Mutex
	go func() {
		gate.Lock()
		defer gate.Unlock()
		a.Lock()
		b.Lock()
		b.Unlock()
		a.Unlock()
	}()
	go func() {
		gate.Lock()
		defer gate.Unlock()
		b.Lock()
		a.Lock()
		a.Unlock()
		b.Unlock()
	}()
}
