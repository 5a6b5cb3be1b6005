// B15: closing stops a timer that was stopped before, and waits for a value that never comes.
package b15

import (
	"testing"
	"time"
)

type idleConn struct {
	idle   *time.Timer
	closed bool
}

func newIdleConn(d time.Duration) *idleConn {
	return &idleConn{idle: time.NewTimer(d)}
}

func (c *idleConn) stopTimer() {
	if !c.idle.Stop() {
		<-c.idle.C // want GL016|GL003|DL007
	}
}

func (c *idleConn) use(f func()) {
	c.stopTimer()
	f()
}

func (c *idleConn) close() {
	if c.closed {
		return
	}
	c.closed = true
	c.stopTimer()
}

func TestStoppedTwice(t *testing.T) {
	c := newIdleConn(time.Hour)
	c.use(func() {})
	c.close()
}
