// N06: the function of a timer may run before the timer is stored, corrected.
package n06

import (
	"sync"
	"testing"
	"time"
)

type lease struct {
	mu      sync.Mutex
	timer   *time.Timer
	renewed int
	done    chan struct{}
}

func (l *lease) start() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.timer = time.AfterFunc(time.Microsecond, l.renew)
}
func (l *lease) renew() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.renewed++
	if l.renewed == 3 {
		close(l.done)
		return
	}
	l.timer.Reset(time.Millisecond)
}
func TestLease(t *testing.T) {
	l := &lease{done: make(chan struct{})}
	l.start()
	<-l.done
}
