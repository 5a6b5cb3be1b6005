// N06: an agent is handed to its loop through an interface before its state is ready, and says when it is.
package n06

import (
	"testing"
)

type runner interface{ run() }

type agent struct {
	peers []string
	seen  int
	stop  chan struct{}
	ready chan struct{}
}

func (a *agent) run() {
	for range a.peers {
		a.seen++
	}
	close(a.ready)
	<-a.stop
}

func launch(r runner) { go r.run() }

func TestAgent(t *testing.T) {
	a := &agent{peers: []string{"x"}, stop: make(chan struct{}), ready: make(chan struct{})}
	launch(a)
	<-a.ready
	if a.seen > 1 {
		t.Error("seen twice")
	}
	close(a.stop)
}
