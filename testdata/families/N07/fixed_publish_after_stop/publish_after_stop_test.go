// N07: stop closes the channel on which a publisher may still send.
package n07

import (
	"sync"
	"testing"
)

type topic struct {
	mu     sync.Mutex
	subs   []chan string
	closed bool
}

func (tp *topic) subscribe() <-chan string {
	tp.mu.Lock()
	defer tp.mu.Unlock()
	c := make(chan string, 4)
	tp.subs = append(tp.subs, c)
	return c
}

func (tp *topic) publish(text string) {
	tp.mu.Lock()
	defer tp.mu.Unlock()
	if tp.closed {
		return
	}
	for _, c := range tp.subs {
		c <- text
	}
}

func (tp *topic) close() {
	tp.mu.Lock()
	defer tp.mu.Unlock()
	if tp.closed {
		return
	}
	tp.closed = true
	for _, c := range tp.subs {
		close(c)
	}
}

func TestPublishAfterStop(t *testing.T) {
	tp := &topic{}
	c := tp.subscribe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		tp.publish("a")
	}()
	tp.close()
	for range c {
	}
	<-done
}
