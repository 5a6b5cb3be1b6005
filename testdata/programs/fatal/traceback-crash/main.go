package main

import (
	"fmt"
	"syscall"
	"time"
)

type topic struct {
	name string
	out  chan string
}

func (t *topic) publish(msg string) {
	t.out <- msg // MARK: BUG
}

func (t *topic) relay(done chan<- int) {
	n := 0
	for range t.out {
		n++
	}
	done <- n
}

func main() {
	// No core file is wanted.
	syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{})
	t := &topic{name: "orders", out: make(chan string)}
	done := make(chan int)
	go t.relay(done)
	go func() { time.Sleep(time.Hour) }()
	t.publish("created")
	close(t.out)
	t.publish("paid")
	fmt.Println(<-done)
}
