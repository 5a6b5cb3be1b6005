package dl007

import "sync"

func BadNoRoom() {
	ch := make(chan int)
	ch <- 1 // want DL007 "waits for itself"
}

func BadNothingThere() int {
	ch := make(chan int, 1)
	return <-ch // want DL007 "waits for itself"
}

type mailbox struct{ in chan string }

func (m *mailbox) put(s string) {
	m.in <- s // want DL007 "waits for itself"
}

func BadField() {
	m := &mailbox{in: make(chan string, 1)}
	m.put("a")
	m.put("b")
}

func fill(ch chan int, n int) {
	for i := 0; i < n; i++ {
		ch <- i // want DL007 "waits for itself"
	}
}

func BadParameter() {
	fill(make(chan int, 1), 2)
}

func BadClosure() {
	ch := make(chan int)
	send := func() {
		ch <- 1 // want DL007 "waits for itself"
	}
	send()
}

func push[T any](ch chan T, v T) {
	ch <- v // want DL007 "waits for itself"
}

func BadGeneric() {
	push(make(chan int), 1)
}

func OkRoom() {
	ch := make(chan int, 1)
	ch <- 1
	<-ch
}

func OkField() {
	m := &mailbox{in: make(chan string, 2)}
	m.put("a")
	m.put("b")
}

func OkOtherGoroutine() {
	ch := make(chan int)
	go func() { ch <- 1 }()
	<-ch
}

func OkDefault() {
	ch := make(chan int)
	select {
	case ch <- 1:
	default:
	}
}

func OkGivenAway() chan int {
	ch := make(chan int)
	serve(ch)
	ch <- 1
	return ch
}

var served chan int

func serve(ch chan int) { served = ch; hand(ch) }

var hand func(chan int)

func OkFromOutside(ch chan int) {
	ch <- 1
}

func OkClosed() {
	var wg sync.WaitGroup
	ch := make(chan int)
	close(ch)
	<-ch
	wg.Wait()
}
