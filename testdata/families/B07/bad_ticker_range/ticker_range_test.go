// B07: ranging over a ticker's channel does not end when the ticker is stopped.
package b07

import (
	"testing"
	"time"
)

type poller struct {
	ticker *time.Ticker
	polls  chan int
	quit   chan struct{}
}

func (p *poller) run() {
	n := 0
	for range p.ticker.C { // want GL001|GL003|GL012
		n++
		select {
		case p.polls <- n:
		default:
		}
	}
}

func (p *poller) stop() {
	p.ticker.Stop()
	close(p.quit)
}

func TestTickerRange(t *testing.T) {
	p := &poller{
		ticker: time.NewTicker(200 * time.Microsecond), // want GL012
		polls:  make(chan int, 1),
		quit:   make(chan struct{}),
	}
	go p.run()
	<-p.polls
	p.stop()
}
