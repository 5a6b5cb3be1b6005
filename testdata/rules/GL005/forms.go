package gl005

import "example.com/rules/gl005/helper"

func give(out chan<- int) { out <- 1 }

// Who gives a nil channel to a function is not followed.
func FN_Parameter() {
	var out chan int
	give(out)
}

func FN_OtherPackage() {
	var out chan int
	helper.Give(out)
}

func OkOtherPackage() {
	out := make(chan int, 1)
	helper.Give(out)
}

type teller interface{ tell() }

type mute struct{ voice chan string }

func (m *mute) tell() {
	m.voice <- "hello" // want GL005 "sends to a nil channel"
}

func BadInterface() {
	var t teller = &mute{}
	t.tell()
}

type loud struct{ voice chan string }

func (l *loud) tell() { l.voice <- "hello" }

func OkInterface() {
	var t teller = &loud{voice: make(chan string, 1)}
	t.tell()
}

type pot[T any] struct{ content chan T }

func (p *pot[T]) OkGeneric() T { return <-p.content }

func newPot[T any]() *pot[T] { return &pot[T]{content: make(chan T, 1)} }

func BadClosure() func() {
	return func() {
		var ch chan int
		ch <- 1 // want GL005 "sends to a nil channel"
	}
}

func OkClosure() int {
	ch := make(chan int, 1)
	put := func() { ch <- 1 }
	put()
	return <-ch
}

// tube is made by nobody here: who makes it may give it its channel.
type tube struct{ in chan int }

func (t *tube) OkMadeByNobody() { t.in <- 1 }
