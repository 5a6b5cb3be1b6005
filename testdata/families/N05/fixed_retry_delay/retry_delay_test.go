// N05: a test shortens a package-wide delay while the loop of an earlier step still reads it.
package n05

import (
	"testing"
	"time"
)

var retryDelay = 10 * time.Millisecond

type client struct {
	quit chan struct{}
	done chan struct{}
}

func dial() *client {
	c := &client{quit: make(chan struct{}), done: make(chan struct{})}
	go c.keepAlive()
	return c
}

func (c *client) keepAlive() {
	defer close(c.done)
	for {
		select {
		case <-c.quit:
			return
		case <-time.After(retryDelay):
		}
	}
}

func (c *client) close() {
	close(c.quit)
}

func TestShortDelay(t *testing.T) {
	retryDelay = time.Millisecond
	c := dial()
	time.Sleep(5 * time.Millisecond)
	c.close()
	<-c.done
}
