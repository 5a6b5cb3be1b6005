// N06: an agent is handed to its loop through an interface before its state is ready; a sleep is meant to order the two.
package n06

import (
	"testing"
	"time"
)

type runner interface{ run() }

type agent struct {
	peers []string
	seen  int
	stop  chan struct{}
}

func (a *agent) run() {
	for range a.peers {
		a.seen++ // want DR002
	}
	<-a.stop
}

func launch(r runner) { go r.run() }

func TestAgent(t *testing.T) {
	a := &agent{peers: []string{"x"}, stop: make(chan struct{})}
	launch(a)
	time.Sleep(10 * time.Millisecond)
	if a.seen > 1 {
		t.Error("seen twice")
	}
	close(a.stop)
}
