package dl005

import (
	"sync"

	"example.com/dl005/helper"
)

func OkParameter() {
	var mu sync.Mutex
	ch := make(chan int)
	go func() {
		mu.Lock()
		mu.Unlock()
		ch <- 1
	}()
	askUnlocked(&mu, ch)
}

func askUnlocked(mu sync.Locker, ch chan int) int {
	mu.Lock()
	mu.Unlock()
	return <-ch
}

type panel struct {
	mu     sync.Mutex
	clicks chan int
	count  int
}

func (p *panel) show() {
	p.mu.Lock()
	p.count++
	p.mu.Unlock()
	<-p.clicks
}

func OkField() {
	p := &panel{clicks: make(chan int)}
	go p.show()
	p.mu.Lock()
	p.count++
	p.mu.Unlock()
	p.clicks <- 1
}

func BadOtherPackage() {
	d := helper.NewDesk()
	go d.Serve()
	d.Lock()
	d.Hand(1) // want DL005 "holds a lock that the other side needs"
	d.Unlock()
}

func OkOtherPackage() {
	d := helper.NewDesk()
	go d.Serve()
	d.Lock()
	d.Unlock()
	d.Hand(1)
}

type notifier interface{ notify() }

type bell struct {
	mu   sync.Mutex
	ring chan int
}

func (b *bell) notify() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ring <- 1 // want DL005 "holds a lock that the other side needs"
}

func BadInterface() {
	b := &bell{ring: make(chan int)}
	var n notifier = b
	go n.notify()
	b.mu.Lock()
	b.mu.Unlock()
	b.mu.Lock()
	defer b.mu.Unlock()
	<-b.ring // want DL005 "holds a lock that the other side needs"
}

type chime struct {
	mu   sync.Mutex
	ring chan int
}

func (c *chime) notify() {
	c.mu.Lock()
	c.mu.Unlock()
	c.ring <- 1
}

func OkInterface() {
	c := &chime{ring: make(chan int)}
	var n notifier = c
	go n.notify()
	c.mu.Lock()
	c.mu.Unlock()
	<-c.ring
}

func BadClosure() {
	var mu sync.Mutex
	ready := make(chan bool)
	tell := func() {
		mu.Lock()
		defer mu.Unlock()
		ready <- true
	}
	locked := func(do func()) {
		mu.Lock()
		defer mu.Unlock()
		do()
	}
	locked(func() {
		go tell()
		<-ready // want DL005 "holds a lock that the other side needs"
	})
}

func OkClosure() {
	var mu sync.Mutex
	ready := make(chan bool)
	tell := func() {
		mu.Lock()
		mu.Unlock()
		ready <- true
	}
	locked := func(do func()) {
		mu.Lock()
		defer mu.Unlock()
		do()
	}
	locked(func() {
		go tell()
	})
	<-ready
}

type shelf[T any] struct {
	mu    sync.Mutex
	taken chan T
}

func (s *shelf[T]) take() T {
	s.mu.Lock()
	defer s.mu.Unlock()
	return <-s.taken // want DL005 "holds a lock that the other side needs"
}

func BadGeneric() {
	s := &shelf[string]{taken: make(chan string)}
	go func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.taken <- "a" // want DL005 "holds a lock that the other side needs"
	}()
	s.take()
}

type rack[T any] struct {
	mu    sync.Mutex
	taken chan T
}

func (r *rack[T]) take() T {
	r.mu.Lock()
	r.mu.Unlock()
	return <-r.taken
}

func OkGeneric() {
	r := &rack[string]{taken: make(chan string)}
	go func() {
		r.mu.Lock()
		r.mu.Unlock()
		r.taken <- "a"
	}()
	r.take()
}
