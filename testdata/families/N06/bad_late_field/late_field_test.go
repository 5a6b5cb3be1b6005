// N06: the goroutine of a connection begins before the constructor has set all of its fields.
package n06

import (
	"testing"
)

type conn struct {
	frames chan int
	ended  chan struct{}
	log    func(int)
}

func open(log func(int)) *conn {
	c := &conn{frames: make(chan int, 1), ended: make(chan struct{})}
	go c.read()
	c.log = log // want DR002
	return c
}

func (c *conn) read() {
	defer close(c.ended)
	if c.log != nil {
		c.log(0)
	}
	for n := range c.frames {
		_ = n
	}
}

func TestOpen(t *testing.T) {
	c := open(func(int) {})
	close(c.frames)
	<-c.ended
}
