package dl008

import (
	"sync"

	"example.com/dl008/helper"
)

func feedEarly(out chan<- int, done <-chan struct{}) {
	out <- 1
	<-done
}

func OkParameter() {
	out, done := make(chan int), make(chan struct{})
	go feedEarly(out, done)
	<-out
	close(done)
}

func BadOtherPackage() {
	p := helper.NewPair()
	go func() {
		p.WaitAsk() // want DL008 "wait for each other"
		p.Answer()
	}()
	p.WaitAnswer()
	p.Ask()
}

func OkOtherPackage() {
	p := helper.NewPair()
	go func() {
		p.WaitAsk()
		p.Answer()
	}()
	p.Ask()
	p.WaitAnswer()
}

type stage interface{ run(in, out chan int) }

type waiting struct{}

func (waiting) run(in, out chan int) {
	<-in // want DL008 "wait for each other"
	out <- 1
}

func BadInterface() {
	var s stage = waiting{}
	in, out := make(chan int), make(chan int)
	go s.run(in, out)
	<-out
	in <- 1
}

type eager struct{}

func (eager) run(in, out chan int) {
	<-in
	out <- 1
}

func OkInterface() {
	var s stage = eager{}
	in, out := make(chan int), make(chan int)
	go s.run(in, out)
	in <- 1
	<-out
}

func BadClosure() {
	var wg sync.WaitGroup
	quit := make(chan struct{})
	spawn := func(f func()) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			f()
		}()
	}
	stop := func() {
		wg.Wait()
		close(quit)
	}
	spawn(func() {
		<-quit // want DL008 "wait for each other"
	})
	stop()
}

func OkClosure() {
	var wg sync.WaitGroup
	quit := make(chan struct{})
	spawn := func(f func()) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			f()
		}()
	}
	stop := func() {
		close(quit)
		wg.Wait()
	}
	spawn(func() {
		<-quit
	})
	stop()
}

func give[T any](in, out chan T, v T) T {
	out <- v // want DL008 "wait for each other"
	return <-in
}

func offer[T any](in, out chan T, v T) T {
	out <- v
	return <-in
}

func BadGeneric() {
	a, b := make(chan int), make(chan int)
	go give(a, b, 1)
	offer(b, a, 2)
}

func swapFirst[T any](in, out chan T, v T) T {
	got := <-in
	out <- v
	return got
}

func swapLast[T any](in, out chan T, v T) T {
	out <- v
	return <-in
}

func OkGeneric() {
	a, b := make(chan int), make(chan int)
	go swapFirst(a, b, 1)
	swapLast(b, a, 2)
}
