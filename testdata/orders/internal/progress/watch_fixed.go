//go:build fixed

package progress

import (
	"context"
	"time"
)

// Watch starts a meter for a checkout that lasts as long as ctx.
func Watch(ctx context.Context) *Meter {
	m := new(Meter)
	go func() {
		ticker := time.NewTicker(Step)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				m.advance()
			case <-ctx.Done():
				return
			}
		}
	}()
	return m
}
