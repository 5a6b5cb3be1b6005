// Package gl005 uses channels that are nil, and some that are not.
package gl005

import "time"

func BadReceive() int {
	var ch chan int
	return <-ch // want GL005 "receives from a nil channel"
}

func BadSend(n int) {
	var ch chan int
	ch <- n // want GL005 "sends to a nil channel"
}

func BadRange() (sum int) {
	var ch chan int
	for n := range ch { // want GL005 "receives from a nil channel"
		sum += n
	}
	return sum
}

func BadAssigned() {
	done := make(chan struct{})
	close(done)
	done = nil
	<-done // want GL005 "receives from a nil channel"
}

type worker struct {
	jobs chan int
	quit chan struct{}
}

func newWorker() *worker {
	return &worker{jobs: make(chan int)}
}

func (w *worker) BadField() {
	<-w.quit // want GL005 "receives from a nil channel"
}

func (w *worker) BadFieldSend() {
	w.quit <- struct{}{} // want GL005 "sends to a nil channel"
}

var updates chan string

func BadGlobal() string {
	return <-updates // want GL005 "receives from a nil channel"
}

func BadGeneric[T any]() T {
	var ch chan T
	return <-ch // want GL005 "receives from a nil channel"
}

func BadInGoroutine() {
	go func() {
		var ch chan int
		<-ch // want GL005 "receives from a nil channel"
	}()
}

func BadBothNil(a bool) {
	var ch chan int
	if a {
		ch = nil
	}
	<-ch // want GL005 "receives from a nil channel"
}

func (w *worker) OkField() int {
	return <-w.jobs
}

func OkMade() {
	var ch chan int
	ch = make(chan int, 1)
	ch <- 1
	<-ch
}

func OkSelectIdiom(in chan int, out chan int) {
	var pending chan int
	value := 0
	for {
		select {
		case value = <-in:
			pending = out
		case pending <- value:
			pending = nil
		}
	}
}

func OkParameter(ch chan int) int { return <-ch }

func OkConditional(use bool) {
	var ch chan int
	if use {
		ch = make(chan int, 1)
		ch <- 1
	}
	if use {
		<-ch
	}
}

type options struct {
	done chan struct{}
	tick <-chan time.Time
}

func OkSetElsewhere(o *options) {
	<-o.done
}

func setDone(o *options, ch chan struct{}) { o.done = ch }

func OkAddress() int {
	var ch chan int
	fill(&ch)
	return <-ch
}

func fill(ch *chan int) { *ch = make(chan int) }

// Exported may be set by others.
type Exported struct{ Done chan struct{} }

func OkExported(e *Exported) { <-e.Done }

func OkCaptured() int {
	var ch chan int
	func() { ch = make(chan int, 1) }()
	ch <- 1
	return <-ch
}

func OkLiteralPosition() {
	o := options{make(chan struct{}, 1), nil}
	o.done <- struct{}{}
}

// BadOnePath is nil when first is false.
func BadOnePath(first bool) {
	var ch chan int
	if first {
		ch = make(chan int, 1)
	}
	ch <- 1 // want GL005 "the channel is nil"
}

var testHook chan struct{}

func OkHook() {
	if testHook != nil {
		testHook <- struct{}{}
	}
}

type askedForTesting struct{ reply chan int }

func OkForTests(asked *askedForTesting) { asked.reply <- 1 }

func OkUsedWhereItIsMade(buffered bool) {
	var ch chan int
	if buffered {
		ch = make(chan int, 1)
	}
	if buffered {
		ch <- 1
		<-ch
	}
}

func BadUsedWhereItIsNotMade(buffered bool) {
	var ch chan int
	if buffered {
		ch = make(chan int, 1)
	}
	if !buffered {
		ch <- 1 // want GL005 "nil"
	}
}
