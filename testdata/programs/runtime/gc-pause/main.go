package main

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"time"
)

const size = 1 << 30

type journal struct {
	log  []byte
	head int
}

// compact shifts the whole log by one record. Only its entry is a point at
// which it can be stopped.
//
//go:noinline
func (j *journal) compact(record int) {
	copy(j.log[record:], j.log)
	j.head -= record
}

// collections counts what collect has done.
var collections int32

func collect(stop <-chan struct{}) {
	t := time.NewTicker(50 * time.Millisecond)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			runtime.GC()
			atomic.AddInt32(&collections, 1)
		case <-stop:
			return
		}
	}
}

func main() {
	j := &journal{log: make([]byte, size), head: size}
	stop := make(chan struct{})
	go collect(stop)
	for atomic.LoadInt32(&collections) < 8 {
		j.compact(64)
	}
	close(stop)
	fmt.Println(j.head < size)
}
