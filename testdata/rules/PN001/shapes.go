package pn001

import "sync"

type bus struct{ events chan int }

func (b *bus) publish() {
	b.events <- 1 // want PN001 "which panics"
}

func BadField() {
	b := &bus{events: make(chan int, 1)}
	go b.publish()
	close(b.events)
}

func OkField() {
	b := &bus{events: make(chan int, 1)}
	b.publish()
	close(b.events)
}

func send(out chan<- int) {
	out <- 1 // want PN001 "which panics"
}

func BadHelperParameter() {
	out := make(chan int, 2)
	go send(out)
	go send(out)
	<-out
	close(out)
}

func OkHelperParameter() {
	out := make(chan int, 2)
	go send(out)
	go send(out)
	<-out
	<-out
	close(out)
}

type emitter interface{ emit(out chan<- int) }

type ticker struct{}

func (ticker) emit(out chan<- int) {
	out <- 2 // want PN001 "which panics"
}

func BadInterface() {
	var e emitter = ticker{}
	out := make(chan int, 1)
	go e.emit(out)
	close(out)
}

func OkInterface() {
	var e emitter = ticker{}
	out := make(chan int, 1)
	go e.emit(out)
	<-out
	close(out)
}

func put[T any](out chan<- T, v T) {
	out <- v // want PN001 "which panics"
}

func BadGeneric() {
	out := make(chan string, 1)
	go put(out, "a")
	close(out)
}

func OkGeneric() {
	out := make(chan string, 1)
	go put(out, "a")
	for range out {
		close(out)
		return
	}
}

func BadAddInside() {
	out := make(chan int, 1)
	var wg sync.WaitGroup
	tell := func() {
		wg.Add(1)
		defer wg.Done()
		out <- 3 // want PN001 "which panics"
	}
	go tell()
	wg.Wait()
	close(out)
}
