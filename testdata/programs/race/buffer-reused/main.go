package main

import (
	"fmt"
	"io"
	"io/ioutil"
)

type encoder struct {
	buf [64]byte
	out chan []byte
}

func (e *encoder) encode(seq int) {
	for i := range e.buf {
		e.buf[i] = byte(seq) // MARK: ENCODE
	}
	e.out <- e.buf[:]
}

type writer struct {
	w   io.Writer
	sum int
}

func (w *writer) loop(in <-chan []byte, done chan<- int) {
	for b := range in {
		w.sum += int(b[0]) // MARK: LOOP
		w.w.Write(b)
	}
	done <- w.sum
}

func main() {
	e := &encoder{out: make(chan []byte, 4)}
	done := make(chan int)
	go (&writer{w: ioutil.Discard}).loop(e.out, done)
	for seq := 0; seq < 20; seq++ {
		e.encode(seq)
	}
	close(e.out)
	fmt.Println(<-done >= 0)
}
