package main

import (
	"context"
	"fmt"
	"time"
)

type attemptKey struct{}

type attempt struct {
	n       int
	payload []byte
}

type client struct {
	sent int
}

func (c *client) send(ctx context.Context, n int) error {
	c.sent += n
	time.Sleep(20 * time.Millisecond)
	return fmt.Errorf("attempt %d: temporary failure", n)
}

// deliver retries until the deadline and keeps every attempt in the context.
func (c *client) deliver(ctx context.Context, deadline time.Time) context.Context {
	for n := 1; time.Now().Before(deadline); n++ {
		a := &attempt{n: n, payload: make([]byte, 1<<20)}
		for i := 0; i < len(a.payload); i += 512 {
			a.payload[i] = byte(n)
		}
		ctx = context.WithValue(ctx, attemptKey{}, a)
		if err := c.send(ctx, n); err == nil {
			break
		}
	}
	return ctx
}

func main() {
	c := &client{}
	ctx := c.deliver(context.Background(), time.Now().Add(12*time.Second))
	if last, ok := ctx.Value(attemptKey{}).(*attempt); ok {
		fmt.Println("gave up after", last.n)
	}
}
