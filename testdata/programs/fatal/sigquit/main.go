package main

import (
	"fmt"
	"sync"
	"syscall"
	"time"
)

type pipeline struct {
	in   chan int
	mu   sync.Mutex
	sums map[int]int
}

func (p *pipeline) work(id int) {
	for v := range p.in {
		p.mu.Lock()
		p.sums[id] += v
		p.mu.Unlock()
	}
}

func quitMyself() {
	if err := syscall.Kill(syscall.Getpid(), syscall.SIGQUIT); err != nil {
		fmt.Println(err)
	}
}

func main() {
	p := &pipeline{in: make(chan int), sums: make(map[int]int)}
	for id := 0; id < 4; id++ {
		go p.work(id)
	}
	time.AfterFunc(50*time.Millisecond, quitMyself)
	for v := 0; ; v++ {
		p.in <- v
		time.Sleep(time.Millisecond)
	}
}
