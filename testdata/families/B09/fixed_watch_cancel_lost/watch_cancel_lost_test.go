// B09: the watch keeps no handle that ends its goroutine, and its context is never cancelled.
package b09

import (
	"context"
	"testing"
)

type revision int64

type watcher struct {
	ctx     context.Context
	cancel  context.CancelFunc
	updates chan revision
}

type watchClient struct {
	ctx    context.Context
	cancel context.CancelFunc
	active []*watcher
}

func newWatchClient() *watchClient {
	c := &watchClient{}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	return c
}

func (c *watchClient) watch() <-chan revision {
	ctx, cancel := context.WithCancel(c.ctx)
	w := &watcher{ctx: ctx, cancel: cancel, updates: make(chan revision)}
	c.active = append(c.active, w)
	go w.run()
	return w.updates
}

func (w *watcher) run() {
	for rev := revision(1); ; rev++ {
		select {
		case w.updates <- rev:
		case <-w.ctx.Done():
			return
		}
	}
}

func (c *watchClient) close() {
	c.active = nil
	c.cancel()
}

func TestWatchCancelLost(t *testing.T) {
	c := newWatchClient()
	defer c.close()
	ch := c.watch()
	if got := <-ch; got != 1 {
		t.Error(got)
	}
}
