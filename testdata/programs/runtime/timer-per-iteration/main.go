package main

import (
	"fmt"
	"time"
)

type message struct{ id int }

type reader struct {
	in    chan message
	count int
}

func (r *reader) loop() {
	for {
		select {
		case _, ok := <-r.in:
			if !ok {
				return
			}
			r.count++
		case <-time.After(5 * time.Minute):
			fmt.Println("no message for five minutes")
		}
	}
}

func main() {
	r := &reader{in: make(chan message, 64)}
	go func() {
		defer close(r.in)
		for id, deadline := 0, time.Now().Add(8*time.Second); time.Now().Before(deadline); id++ {
			r.in <- message{id: id}
			if id%128 == 0 {
				time.Sleep(time.Millisecond)
			}
		}
	}()
	r.loop()
	fmt.Println(r.count > 0)
}
