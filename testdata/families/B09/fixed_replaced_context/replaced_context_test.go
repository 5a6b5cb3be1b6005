// B09: a second context replaces the first, whose goroutine is not told.
package b09

import (
	"context"
	"errors"
	"testing"
	"time"
)

type keepAlive struct {
	ctx    context.Context
	cancel context.CancelFunc
	beats  chan struct{}
}

func (k *keepAlive) start(parent context.Context, limit time.Duration) error {
	if parent == nil {
		return errors.New("no parent")
	}
	k.ctx, k.cancel = context.WithCancel(parent)
	go k.beat(k.ctx)
	if limit > 0 {
		k.cancel()
		k.ctx, k.cancel = context.WithTimeout(parent, limit)
		go k.beat(k.ctx)
	}
	return nil
}

func (k *keepAlive) beat(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-k.beats:
		}
	}
}

func TestReplacedContext(t *testing.T) {
	k := &keepAlive{beats: make(chan struct{})}
	if err := k.start(context.Background(), time.Second); err != nil {
		t.Fatal(err)
	}
	select {
	case k.beats <- struct{}{}:
	case <-k.ctx.Done():
	}
	k.cancel()
}
