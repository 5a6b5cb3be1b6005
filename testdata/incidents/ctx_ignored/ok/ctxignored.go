// Package ctxignored has a loop that does not look at its context, as it should be.
package ctxignored

import (
	"context"
	"time"
)

type Sync struct{ pull func() }

func (s *Sync) Start(ctx context.Context) { go s.loop(ctx) }
func (s *Sync) loop(ctx context.Context) {
	for {
		s.pull()
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Minute):
		}
	}
}
