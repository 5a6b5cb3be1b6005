// B06: a dialer whose caller left because of the context stays behind with its connection.
package b06

import (
	"context"
	"testing"
)

type conn struct {
	target string
	closed bool
}

type dialResult struct {
	c   *conn
	err error
}

type dialer struct {
	wait chan struct{}
}

func (d *dialer) dial(target string) (*conn, error) {
	<-d.wait
	return &conn{target: target}, nil
}

func (d *dialer) dialContext(ctx context.Context, target string) (*conn, error) {
	ch := make(chan dialResult)
	go func() {
		c, err := d.dial(target)
		ch <- dialResult{c, err} // want GL002
	}()
	select {
	case r := <-ch:
		return r.c, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func TestCancelledDial(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	d := &dialer{wait: make(chan struct{})}
	go func() {
		cancel()
		close(d.wait)
	}()
	if c, err := d.dialContext(ctx, "db:1"); c == nil && err == nil {
		t.Error("neither connection nor error")
	}
}
