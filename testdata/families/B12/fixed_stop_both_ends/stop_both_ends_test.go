// B12: Stop ends the feeding loop without closing its output, which the dispatcher ranges over.
package b12

import (
	"sync"
	"testing"
)

type update struct{ rev int }

type feed struct {
	in   chan update
	out  chan update
	stop chan struct{}
	wg   sync.WaitGroup
}

func newFeed() *feed {
	f := &feed{in: make(chan update), out: make(chan update), stop: make(chan struct{})}
	f.wg.Add(2)
	go f.pump()
	go f.dispatch()
	return f
}

func (f *feed) pump() {
	defer f.wg.Done()
	defer close(f.out)
	for {
		select {
		case u := <-f.in:
			f.out <- u
		case <-f.stop:
			return
		}
	}
}

func (f *feed) dispatch() {
	defer f.wg.Done()
	last := 0
	for u := range f.out {
		if u.rev > last {
			last = u.rev
		}
	}
}

func (f *feed) close() {
	close(f.stop)
	f.wg.Wait()
}

func TestStopBothEnds(t *testing.T) {
	f := newFeed()
	f.in <- update{1}
	f.close()
}
