package dl007

import "example.com/dl007/helper"

func BadOtherPackage() {
	b := helper.NewBox()
	b.Put(1)
	b.Put(2) // want DL007 "waits for itself"
}

func OkOtherPackage() {
	b := helper.NewBox()
	b.Put(1)
	b.Take()
	b.Put(2)
}

type sink interface{ write(string) }

type pipe struct{ lines chan string }

func (p *pipe) write(line string) {
	p.lines <- line // want DL007 "waits for itself"
}

func BadInterface() {
	var s sink = &pipe{lines: make(chan string)}
	s.write("a")
}

type buffered struct{ lines chan string }

func (b *buffered) write(line string) { b.lines <- line }

func OkInterface() {
	var s sink = &buffered{lines: make(chan string, 1)}
	s.write("a")
}

func pushOne[T any](ch chan T, v T) { ch <- v }

func OkGeneric() {
	pushOne(make(chan int, 1), 1)
}

func fillExactly(ch chan int, n int) {
	for i := 0; i < n; i++ {
		ch <- i
	}
}

func OkParameter() {
	fillExactly(make(chan int, 2), 2)
}

func OkClosure() {
	ch := make(chan int, 1)
	send := func() { ch <- 1 }
	send()
}
