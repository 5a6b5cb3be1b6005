//go:build !fixed

package progress

import (
	"context"
	"time"
)

// Watch starts a meter for a checkout that lasts as long as ctx.
func Watch(ctx context.Context) *Meter {
	m := new(Meter)
	ticker := time.NewTicker(Step)
	go func() {
		for range ticker.C { // MARK: LEAK5
			m.advance()
		}
	}()
	return m
}
