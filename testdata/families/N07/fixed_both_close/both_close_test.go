// N07: the reader's error path and Stop both close the same channel.
package n07

import (
	"errors"
	"sync"
	"testing"
)

type link struct {
	done chan struct{}
	once sync.Once
}

func (l *link) read(next func() error) {
	for {
		if err := next(); err != nil {
			l.once.Do(func() { close(l.done) })
			return
		}
	}
}

func (l *link) stop() {
	select {
	case <-l.done:
	default:
		l.once.Do(func() { close(l.done) })
	}
}

func TestBothClose(t *testing.T) {
	l := &link{done: make(chan struct{})}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		l.read(func() error { return errors.New("reset by peer") })
	}()
	l.stop()
	<-ended
}
