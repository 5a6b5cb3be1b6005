// B13: the predicate knows the ready state only; a connection that fails wakes its waiters in vain.
package b13

import (
	"errors"
	"sync"
	"testing"
)

type connState int

const (
	connecting connState = iota
	ready
	failed
)

type stateReader interface {
	wait() error
}

type clientConn struct {
	mu    sync.Mutex
	cv    *sync.Cond
	state connState
}

func dial(connect func() error) stateReader {
	c := &clientConn{}
	c.cv = sync.NewCond(&c.mu)
	go func() {
		if err := connect(); err != nil {
			c.set(failed)
			return
		}
		c.set(ready)
	}()
	return c
}

func (c *clientConn) set(s connState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state = s
	c.cv.Broadcast()
}

func (c *clientConn) wait() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.state != ready {
		c.cv.Wait() // want DL009|DL008
	}
	return nil
}

func TestFailedState(t *testing.T) {
	r := dial(func() error { return errors.New("refused") })
	if err := r.wait(); err == nil {
		t.Error("connected")
	}
}
