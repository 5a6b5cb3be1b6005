package main

import (
	"sync/atomic"

	"fixtures.test/programs/internal/harness"
)

type message struct{ id int }

type consumer struct {
	queue   chan message
	handled int
	idled   int64
	stop    chan struct{}
}

func (c *consumer) poll() {
	for { // MARK: LOOP
		m, ok := c.next() // MARK: LOOP
		if !ok {
			c.idle() // MARK: LOOP
			continue
		}
		c.handled += m.id
	}
}

//go:noinline
func (c *consumer) next() (message, bool) {
	select {
	case m := <-c.queue:
		return m, true
	default:
		return message{}, false
	}
}

//go:noinline
func (c *consumer) idle() {
	atomic.AddInt64(&c.idled, 1)
}

func (c *consumer) Stop() { close(c.stop) }

func main() {
	c := &consumer{queue: make(chan message, 32), stop: make(chan struct{})}
	go c.poll()
	for i := 0; i < 10; i++ {
		c.queue <- message{id: i}
	}
	c.Stop()
	harness.Run()
}
