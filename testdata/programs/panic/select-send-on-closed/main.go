package main

import (
	"fmt"
	"time"
)

type stream struct {
	out  chan int
	idle time.Duration
}

func (s *stream) push(v int) bool {
	select { // MARK: BUG
	case s.out <- v:
		return true
	case <-time.After(s.idle):
		return false
	}
}

func firstOver(s *stream, limit int, found chan<- int) {
	for v := range s.out {
		if v > limit {
			close(s.out)
			found <- v
			return
		}
	}
}

func main() {
	s := &stream{out: make(chan int), idle: time.Second}
	found := make(chan int, 1)
	go firstOver(s, 2, found)
	for v := 0; v < 100; v++ {
		if !s.push(v * v) {
			break
		}
		time.Sleep(2 * time.Millisecond)
	}
	fmt.Println(<-found)
}
