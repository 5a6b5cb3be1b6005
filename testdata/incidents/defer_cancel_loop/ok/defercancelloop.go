// Package defercancelloop has timers that are cancelled only when the watch ends, as it should be.
package defercancelloop

import (
	"context"
	"time"
)

type Checker struct{ ping func(context.Context) error }

func (c *Checker) Watch(ctx context.Context, hosts []string) {
	for {
		for range hosts {
			pctx, cancel := context.WithTimeout(ctx, time.Second)
			_ = c.ping(pctx)
			cancel()
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Minute):
		}
	}
}
