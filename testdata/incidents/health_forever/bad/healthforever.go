// Package healthforever has a probe that goes on when nobody waits for it.
//
// want GL002
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
	ready := make(chan bool)
	go func() {
		for !h.check() {
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
