// Package dl001 has what DL001 finds (double-lock), and what it does not.
package dl001

import "sync"

type account struct {
	mu      sync.Mutex
	balance int
}

func (a *account) get() int {
	a.mu.Lock() // want DL001 "waits for itself"
	defer a.mu.Unlock()
	return a.balance
}

func (a *account) BadDouble() {
	done := make(chan int, 1)
	go func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		done <- a.get()
	}()
	<-done
}

func (a *account) OkTwice() {
	done := make(chan int, 1)
	go func() {
		a.mu.Lock()
		a.balance++
		a.mu.Unlock()
		done <- a.get()
	}()
	<-done
}

type embedded struct {
	sync.Mutex
	onChange func()
}

func (e *embedded) change() {
	e.Lock()
	defer e.Unlock()
	e.onChange()
}

func BadCallback() {
	e := &embedded{}
	e.onChange = func() {
		e.Lock() // want DL001 "waits for itself"
		e.Unlock()
	}
	go e.change()
}

func OkCallback() {
	e := &embedded{}
	e.onChange = func() {}
	go e.change()
}
