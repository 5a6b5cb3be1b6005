package pn005

import (
	"sync"

	"example.com/pn005/helper"
)

type desk struct {
	drawer struct{ mu sync.Mutex }
}

func (d *desk) BadField() {
	d.drawer.mu.Lock()
	d.drawer.mu.Unlock()
	d.drawer.mu.Unlock() // want PN005 "ends the process"
}

func (d *desk) OkField() {
	d.drawer.mu.Lock()
	d.drawer.mu.Unlock()
}

func BadParameter(mu *sync.Mutex) {
	mu.Lock()
	mu.Unlock()
	mu.Unlock() // want PN005 "ends the process"
}

// OkParameter is called with the lock held.
func OkParameter(mu *sync.Mutex) {
	mu.Unlock()
	mu.Lock()
}

// What other packages unlock twice is not reported.
func FN_OtherPackage() {
	d := helper.NewDoor()
	d.Enter()
	d.Leave()
	d.Leave()
}

func OkOtherPackage() {
	d := helper.NewDoor()
	d.Enter()
	d.Leave()
}

type leaver interface{ leave() }

type hall struct{ sync.Mutex }

func (h *hall) leave() {
	h.Unlock() // want PN005 "ends the process"
}

func BadInterface() {
	h := &hall{}
	var l leaver = h
	h.Lock()
	l.leave()
	l.leave()
}

type foyer struct{ sync.Mutex }

func (f *foyer) leave() { f.Unlock() }

func OkInterface() {
	f := &foyer{}
	var l leaver = f
	f.Lock()
	l.leave()
}

func releaseOnce[T any](mu *sync.Mutex, v T) T {
	mu.Unlock()
	return v
}

func OkGeneric() int {
	var mu sync.Mutex
	mu.Lock()
	return releaseOnce(&mu, 1)
}

func OkClosure() {
	var mu sync.Mutex
	done := func() { mu.Unlock() }
	mu.Lock()
	done()
}
