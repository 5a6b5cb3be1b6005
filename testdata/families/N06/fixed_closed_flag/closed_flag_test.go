// N06: a flag that says who closed is set without the lock under which it is read, corrected.
package n06

import (
	"net"
	"sync"
	"testing"
)

type conn struct {
	mu     sync.Mutex
	c      net.Conn
	closed bool
	done   chan struct{}
}

func (c *conn) Close() error {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	return c.c.Close()
}
func (c *conn) readLoop() {
	defer close(c.done)
	buf := make([]byte, 8)
	for {
		_, err := c.c.Read(buf)
		if err != nil {
			c.mu.Lock()
			closed := c.closed
			c.mu.Unlock()
			if !closed {
				println(err.Error())
			}
			return
		}
	}
}
func TestConn(t *testing.T) {
	a, b := net.Pipe()
	c := &conn{c: a, done: make(chan struct{})}
	go c.readLoop()
	b.Close()
	c.Close()
	<-c.done
}
