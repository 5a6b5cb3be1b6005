// B09: the stream derives its context twice, and keeps the handle of the outer one only in a closure nobody calls.
package b09

import (
	"context"
	"sync"
	"testing"
)

type key string

type rpc struct {
	ctx    context.Context
	finish []func()
}

func begin(ctx context.Context, name string) *rpc {
	r := &rpc{}
	ctx, cancel := context.WithCancel(context.WithValue(ctx, key("name"), name))
	r.ctx = ctx
	r.finish = append(r.finish, cancel)
	return r
}

func (r *rpc) watch(wg *sync.WaitGroup) {
	wg.Add(1)
	go func() {
		defer wg.Done()
		<-r.ctx.Done() // want GL003|CX001|DL008
	}()
}

func (r *rpc) end(err error) {
	if err == nil {
		return
	}
	for _, f := range r.finish {
		f()
	}
}

func TestValuesContext(t *testing.T) {
	var wg sync.WaitGroup
	r := begin(context.Background(), "list")
	r.watch(&wg)
	r.end(nil)
	wg.Wait() // want GL008|DL008
}
