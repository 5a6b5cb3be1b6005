//go:build go1.18

package main

import (
	"runtime"
	"sync"

	"fixtures.test/programs/internal/harness"
)

type ring struct {
	mu    sync.Mutex
	slots [8]int
	head  int
	space chan struct{}
}

func (r *ring) acquire() {
	for !r.mu.TryLock() { // MARK: SPIN
		runtime.Gosched() // MARK: YIELD
	}
}

func (r *ring) push(v int) {
	r.acquire()
	defer r.mu.Unlock()
	if r.head == len(r.slots) {
		<-r.space
		r.head = 0
	}
	r.slots[r.head] = v
	r.head++
}

func (r *ring) pop() int {
	r.acquire()
	defer r.mu.Unlock()
	r.head--
	r.space <- struct{}{}
	return r.slots[r.head]
}

func main() {
	r := &ring{space: make(chan struct{})}
	for i := 0; i < 8; i++ {
		r.push(i)
	}
	go r.push(8)
	runtime.Gosched()
	go r.pop()
	harness.Run()
}
