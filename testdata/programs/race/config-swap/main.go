package main

import (
	"fmt"
	"time"
)

type config struct {
	timeout time.Duration
	flags   map[string]bool
}

var current = &config{timeout: time.Second, flags: map[string]bool{"beta": false}}

func reload(timeout time.Duration) {
	next := *current
	next.timeout = timeout
	current = &next // MARK: SWAP
}

func serve(requests int, done chan<- time.Duration) {
	var sum time.Duration
	for i := 0; i < requests; i++ {
		sum += current.timeout // MARK: READ
	}
	done <- sum
}

func main() {
	done := make(chan time.Duration)
	go serve(100, done)
	reload(2 * time.Second)
	fmt.Println(<-done > 0)
}
