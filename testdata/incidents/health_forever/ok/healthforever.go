// Package healthforever has a probe that goes on when nobody waits for it, as it should be.
package healthforever

import (
	"context"
	"time"
)

type Health struct {
	check func() bool
	down  chan struct{}
}

func (h *Health) Wait(ctx context.Context) error {
	ready := make(chan bool, 1)
	go func() {
		for !h.check() {
			if ctx.Err() != nil {
				return
			}
			time.Sleep(time.Second)
		}
		ready <- true
	}()
	select {
	case <-ready:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
