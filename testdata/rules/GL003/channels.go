// Package gl003 has what GL003 finds (receive-with-no-sender), and what it does not.
package gl003

import "errors"

func BadErrorPath(load func() (int, error)) int {
	ch := make(chan int)
	go func() {
		v, err := load()
		if err != nil {
			return
		}
		ch <- v
	}()
	return <-ch // want GL003 "nobody is left who sends"
}

type source interface{ next() (int, error) }

type empty struct{}

func (empty) next() (int, error) { return 0, errors.New("empty") }

func BadInterface() {
	ch := make(chan int)
	go feed(empty{}, ch)
	<-ch // want GL003 "nobody is left who sends"
}

func feed(s source, ch chan int) {
	if v, err := s.next(); err == nil {
		ch <- v
	}
}

func BadDropped() {
	done := make(chan struct{})
	go func() {
		<-done // want GL003 "nobody is left who sends"
	}()
}

func OkClosedOnError(load func() (int, error)) int {
	ch := make(chan int)
	go func() {
		defer close(ch)
		v, err := load()
		if err != nil {
			return
		}
		ch <- v
	}()
	return <-ch
}

func OkClosed() {
	done := make(chan struct{})
	defer close(done)
	go func() {
		<-done
	}()
}

func OkFromOutside(done chan struct{}) {
	go func() {
		<-done
	}()
}
