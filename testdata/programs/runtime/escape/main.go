package main

import (
	"context"
	"fmt"
	"time"
)

type job struct {
	ctx    context.Context
	cancel context.CancelFunc
	done   chan error
	frame  *[1 << 17]byte
}

func newJob(parent context.Context) *job {
	ctx, cancel := context.WithTimeout(parent, time.Second)
	j := &job{ctx: ctx, done: make(chan error, 1)} // MARK: CTX
	j.cancel = func() {                            // MARK: CANCEL
		j.done <- ctx.Err()
		cancel()
	}
	return j
}

func (j *job) start() {
	results := make(chan int) // MARK: CHAN
	var frame [1 << 17]byte   // MARK: LARGE
	go func() {
		sum := 0
		for _, b := range frame {
			sum += int(b)
		}
		results <- sum
	}()
	j.frame = &frame
	<-results
}

func local() int {
	var table [64]int
	signals := make(chan struct{}, 1)
	signals <- struct{}{}
	<-signals
	for i := range table {
		table[i] = i
	}
	return table[7]
}

type logger interface{ Log(v interface{}) }

type stdout struct{}

func (stdout) Log(v interface{}) { fmt.Println(v) }

func logDuration(l logger, d time.Duration) {
	l.Log(d) // MARK: IFACE
}

func retries() func() int {
	n := 0 // MARK: VAR
	return func() int {
		n++
		return n
	}
}

func main() {
	j := newJob(context.Background())
	defer j.cancel()
	j.start()
	next := retries()
	logDuration(stdout{}, time.Duration(local()+next()))
}
