package main

import (
	"fmt"
	"runtime"
	"time"
)

const size = 1 << 30

type journal struct {
	log  []byte
	head int
}

// compact shifts the whole log by one record.
func (j *journal) compact(record int) {
	copy(j.log[record:], j.log)
	j.head -= record
}

func collect(stop <-chan struct{}) {
	t := time.NewTicker(50 * time.Millisecond)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			runtime.GC()
		case <-stop:
			return
		}
	}
}

func main() {
	j := &journal{log: make([]byte, size), head: size}
	stop := make(chan struct{})
	go collect(stop)
	deadline := time.Now().Add(10 * time.Second)
	for time.Now().Before(deadline) {
		j.compact(64)
	}
	close(stop)
	fmt.Println(j.head < size)
}
