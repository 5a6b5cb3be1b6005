package gl002

import "time"

type job struct{ result chan int }

func (j *job) run() {
	j.result <- 1 // want GL002 "nobody is left who receives"
}

func BadField() {
	j := &job{result: make(chan int)}
	go j.run()
}

func OkField() int {
	j := &job{result: make(chan int)}
	go j.run()
	return <-j.result
}

type runner interface{ answer(out chan<- int) }

type slow struct{}

func (slow) answer(out chan<- int) {
	out <- 2 // want GL002 "nobody is left who receives"
}

func BadInterface() int {
	var r runner = slow{}
	out := make(chan int)
	go r.answer(out)
	select {
	case v := <-out:
		return v
	case <-time.After(time.Second):
		return 0
	}
}

func OkInterface() int {
	var r runner = slow{}
	out := make(chan int, 1)
	go r.answer(out)
	select {
	case v := <-out:
		return v
	case <-time.After(time.Second):
		return 0
	}
}

func put[T any](out chan<- T, v T) {
	out <- v // want GL002 "nobody is left who receives"
}

func BadGeneric() string {
	out := make(chan string)
	go put(out, "a")
	go put(out, "b")
	return <-out
}

func OkGeneric() string {
	out := make(chan string)
	go put(out, "a")
	go put(out, "b")
	return <-out + <-out
}

func BadClosure(skip bool) {
	out := make(chan int)
	tell := func() {
		out <- 3 // want GL002 "nobody is left who receives"
	}
	go tell()
	if skip {
		return
	}
	<-out
}

func OkClosure(skip bool) {
	out := make(chan int)
	defer func() { <-out }()
	tell := func() {
		out <- 3
	}
	go tell()
	if skip {
		return
	}
}
