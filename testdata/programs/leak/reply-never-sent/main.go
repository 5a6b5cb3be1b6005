package main

import (
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

type frame struct {
	id      uint8
	payload string
}

// Conn multiplexes calls over one stream, matching replies by id.
type Conn struct {
	mu      sync.Mutex
	next    uint16
	pending map[uint16]chan string
	wire    chan frame
}

// Call sends one request and waits for its reply.
func (c *Conn) Call(method string) string {
	reply := make(chan string, 1)
	c.mu.Lock()
	c.next += 200
	id := c.next
	c.pending[id] = reply
	c.mu.Unlock()
	c.wire <- frame{id: uint8(id), payload: method}
	return <-reply // MARK: BUG
}

func (c *Conn) readLoop() {
	for f := range c.wire {
		c.mu.Lock()
		reply, ok := c.pending[uint16(f.id)]
		delete(c.pending, uint16(f.id))
		c.mu.Unlock()
		if !ok {
			continue
		}
		reply <- "ok " + f.payload
	}
}

func main() {
	c := &Conn{pending: make(map[uint16]chan string), wire: make(chan frame, 4)}
	go c.readLoop()
	c.Call("handshake")
	harness.Every(10*time.Second, func() { go c.Call("stat") })
	harness.Run()
}
