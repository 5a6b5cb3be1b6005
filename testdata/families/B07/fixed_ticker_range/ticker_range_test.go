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
	for n := 1; ; n++ {
		select {
		case <-p.ticker.C:
		case <-p.quit:
			return
		}
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
		ticker: time.NewTicker(200 * time.Microsecond),
		polls:  make(chan int, 1),
		quit:   make(chan struct{}),
	}
	go p.run()
	<-p.polls
	p.stop()
}
