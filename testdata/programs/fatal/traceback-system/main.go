package main

import (
	"fmt"
	"runtime"
)

type turnstile struct {
	gate  chan struct{}
	count int
}

func (t *turnstile) pass() {
	<-t.gate // MARK: BUG
	t.count++
}

func main() {
	t := &turnstile{gate: make(chan struct{}, 1)}
	t.gate <- struct{}{}
	runtime.GC()
	for i := 0; i < 2; i++ {
		t.pass()
	}
	fmt.Println(t.count)
}
