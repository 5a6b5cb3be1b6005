// B09: the handle is a function in a field which only one of two ways out calls.
package b09

import (
	"context"
	"errors"
	"testing"
)

type frame struct {
	id   uint32
	data []byte
}

type clientStream struct {
	ctx    context.Context
	finish func(err error)
	recv   chan frame
	err    error
}

func newStream(parent context.Context) *clientStream {
	ctx, cancel := context.WithCancel(parent)
	cs := &clientStream{ctx: ctx, recv: make(chan frame, 1)}
	cs.finish = func(err error) {
		if cs.err == nil {
			cs.err = err
		}
		cancel()
	}
	go cs.monitor()
	return cs
}

func (cs *clientStream) monitor() {
	<-cs.ctx.Done()
}

func (cs *clientStream) receive() ([]byte, error) {
	f, ok := <-cs.recv
	if !ok {
		err := errors.New("closed")
		cs.finish(err)
		return nil, err
	}
	if len(f.data) == 0 {
		err := errors.New("empty frame")
		cs.finish(err)
		return nil, err
	}
	return f.data, nil
}

func TestCloserField(t *testing.T) {
	cs := newStream(context.Background())
	cs.recv <- frame{id: 1}
	if _, err := cs.receive(); err == nil {
		t.Error("no error")
	}
}
