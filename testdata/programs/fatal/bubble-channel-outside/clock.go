//go:build go1.25

// Package clock fires alarms.
package clock

// Clock hands alarms to waiters.
type Clock struct {
	alarms chan string
	armed  chan struct{}
	rang   chan struct{}
}

// New returns a clock whose alarm goroutine waits to be armed.
func New() *Clock {
	return &Clock{armed: make(chan struct{}), rang: make(chan struct{})}
}

func (c *Clock) fire(name string) {
	<-c.armed
	c.alarms <- name // MARK: FIRE
	close(c.rang)
}
