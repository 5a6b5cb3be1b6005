// B11: the client's loop asks the server's loop, which tells the client before it answers.
package b11

import (
	"testing"
)

type call struct {
	f    func()
	done chan struct{}
}

type loop struct {
	calls chan call
	stop  chan struct{}
}

func newLoop() *loop {
	l := &loop{calls: make(chan call), stop: make(chan struct{})}
	go l.run()
	return l
}

func (l *loop) run() {
	for {
		select {
		case c := <-l.calls:
			c.f()
			close(c.done)
		case <-l.stop:
			return
		}
	}
}

func (l *loop) invoke(f func()) {
	c := call{f: f, done: make(chan struct{})}
	l.calls <- c // want DL008|GL002
	<-c.done     // want DL008|GL003
}

func (l *loop) post(f func()) {
	go l.invoke(f)
}

type clusterView struct {
	server, client *loop
	members, shown int
	published      chan struct{}
}

func (v *clusterView) show(n int) {
	v.shown = n
	close(v.published)
}

func (v *clusterView) join() {
	v.server.invoke(func() {
		v.members++
		n := v.members
		v.client.invoke(func() { v.show(n) })
	})
}

func TestCallBackAndForth(t *testing.T) {
	v := &clusterView{server: newLoop(), client: newLoop(), published: make(chan struct{})}
	v.client.invoke(v.join)
	<-v.published
	close(v.server.stop)
	close(v.client.stop)
}
