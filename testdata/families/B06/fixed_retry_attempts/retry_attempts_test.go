// B06: every attempt has a goroutine that answers; the caller takes the answer or the time, and goes on with the next.
package b06

import (
	"errors"
	"testing"
	"time"
)

type reply struct {
	code int
	err  error
}

type transport interface {
	send(seq int) reply
}

type lossy struct{ lost int }

func (l *lossy) send(seq int) reply {
	if seq < l.lost {
		time.Sleep(3 * time.Millisecond)
	}
	return reply{code: seq}
}

type caller struct {
	t       transport
	timeout time.Duration
	max     int
}

func (c *caller) call() (int, error) {
	replies := make(chan reply, c.max)
	for i := 0; i < c.max; i++ {
		go func(i int) {
			replies <- c.t.send(i)
		}(i)
		timer := time.NewTimer(c.timeout)
		select {
		case r := <-replies:
			timer.Stop()
			return r.code, r.err
		case <-timer.C:
		}
	}
	return 0, errors.New("gave up")
}

func TestRetryAttempts(t *testing.T) {
	c := &caller{t: &lossy{lost: 1}, timeout: time.Millisecond, max: 2}
	_, _ = c.call()
}
