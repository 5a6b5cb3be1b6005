// N06: a watcher asks for itself before the one who starts it has stored it, corrected.
package n06

import (
	"context"
	"sync"
	"testing"
)

type clientConn struct {
	mu     sync.Mutex
	ctx    context.Context
	cancel context.CancelFunc
	res    *resolver
	state  string
}
type resolver struct {
	cc   *clientConn
	upd  chan string
	done chan struct{}
}

func newResolver(cc *clientConn) *resolver {
	r := &resolver{cc: cc, upd: make(chan string, 1), done: make(chan struct{})}
	r.upd <- "x"
	go r.watch()
	return r
}
func (r *resolver) watch() {
	defer close(r.done)
	for {
		select {
		case s := <-r.upd:
			r.cc.handle(s)
		case <-r.cc.ctx.Done():
			return
		}
	}
}
func (cc *clientConn) handle(s string) {
	cc.mu.Lock()
	defer cc.mu.Unlock()
	if cc.res != nil {
		cc.state = s
	}
}
func dial() *clientConn {
	cc := &clientConn{}
	cc.ctx, cc.cancel = context.WithCancel(context.Background())
	cc.mu.Lock()
	defer cc.mu.Unlock()
	cc.res = newResolver(cc)
	return cc
}
func TestDial(t *testing.T) {
	cc := dial()
	cc.cancel()
	<-cc.res.done
}
