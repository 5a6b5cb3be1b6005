// B05: Stop waits for the loop while it holds the lock that the loop needs for its last report.
package b05

import (
	"sync"
	"testing"
	"time"
)

type nodeStatus struct {
	term  int
	ready bool
}

type node struct {
	mu     sync.RWMutex
	status nodeStatus
	stopc  chan struct{}
	donec  chan struct{}
	tickc  chan time.Time
}

func startNode() *node {
	n := &node{
		stopc: make(chan struct{}),
		donec: make(chan struct{}),
		tickc: make(chan time.Time, 4),
	}
	go n.run()
	return n
}

func (n *node) run() {
	defer close(n.donec)
	for {
		select {
		case <-n.tickc:
			n.advance()
		case <-n.stopc:
			return
		}
	}
}

func (n *node) advance() {
	n.mu.Lock()
	n.status.term++
	n.mu.Unlock()
}

func (n *node) Tick() {
	select {
	case n.tickc <- time.Now():
	default:
	}
}

func (n *node) Status() nodeStatus {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.status
}

func (n *node) Stop() {
	close(n.stopc)
	<-n.donec
	n.mu.Lock()
	n.status.ready = false
	n.mu.Unlock()
}

func TestNodeStop(t *testing.T) {
	n := startNode()
	go n.Tick()
	_ = n.Status()
	n.Stop()
}
