// Package pn003 closes channels that are nil, and some that are not.
package pn003

import "sync"

func BadLocal() {
	var ch chan int
	close(ch) // want PN003 "closes a nil channel"
}

func BadDeferred() {
	var done chan struct{}
	defer close(done) // want PN003 "closes a nil channel"
	println("working")
}

type server struct {
	quit chan struct{}
	jobs chan int
	once sync.Once
}

func newServer() *server {
	s := &server{}
	s.jobs = make(chan int)
	return s
}

func (s *server) BadStop() {
	close(s.quit) // want PN003 "closes a nil channel"
}

func (s *server) BadOnce() {
	s.once.Do(func() {
		close(s.quit) // want PN003 "closes a nil channel"
	})
}

var finished chan struct{}

func BadGlobal() {
	close(finished) // want PN003 "closes a nil channel"
}

func BadReset() {
	ch := make(chan int)
	close(ch)
	ch = nil
	close(ch) // want PN003 "closes a nil channel"
}

func BadGeneric[T any]() {
	var ch chan T
	close(ch) // want PN003 "closes a nil channel"
}

func OkMade() {
	ch := make(chan int)
	close(ch)
}

func (s *server) OkField() { close(s.jobs) }

func OkParameter(ch chan int) { close(ch) }

func OkAssigned(give func() chan int) {
	var ch chan int
	ch = give()
	close(ch)
}

func OkGuarded(ch chan int) {
	if ch != nil {
		close(ch)
	}
}

func OkConditional(use bool) {
	var ch chan int
	if use {
		ch = make(chan int)
	}
	if ch != nil {
		close(ch)
	}
}

type holder struct{ done chan struct{} }

func OkLiteral() {
	h := holder{done: make(chan struct{})}
	close(h.done)
}

// tap is made by nobody here: who makes it may give it its channel.
type tap struct{ done chan struct{} }

func (t *tap) OkMadeByNobody() { close(t.done) }
