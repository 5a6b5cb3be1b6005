package main

import (
	"bytes"
	"fmt"
	"time"
)

type link struct {
	out  *bytes.Buffer
	done chan struct{}
}

func (l *link) flush() {
	defer close(l.done)
	for i := 0; i < 5; i++ {
		if out := l.out; out != nil { // MARK: USE
			out.WriteByte('.')
		}
		time.Sleep(time.Millisecond)
	}
}

func (l *link) stop() {
	l.out = nil // MARK: CLEAR
}

func main() {
	l := &link{out: &bytes.Buffer{}, done: make(chan struct{})}
	go l.flush()
	time.Sleep(2 * time.Millisecond)
	l.stop()
	<-l.done
	fmt.Println("stopped")
}
