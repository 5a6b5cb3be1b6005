// N01: a poller changes the state that a getter hands out, behind an interface.
package n01

import (
	"testing"
	"time"
)

type source interface {
	fetch() int
}

type fixedSource struct{ value int }

func (s fixedSource) fetch() int { return s.value }

type poller struct {
	src   source
	last  int
	runs  int
	quit  chan struct{}
	ended chan struct{}
}

func (p *poller) loop() {
	defer close(p.ended)
	for {
		select {
		case <-p.quit:
			return
		default:
			p.update(p.src.fetch())
		}
	}
}

func (p *poller) update(value int) {
	p.last = value
	p.runs++
}

func (p *poller) latest() int { return p.last }

func TestPoller(t *testing.T) {
	p := &poller{src: fixedSource{7}, quit: make(chan struct{}), ended: make(chan struct{})}
	go p.loop()
	time.Sleep(time.Millisecond)
	close(p.quit)
	<-p.ended
	if got := p.latest(); got != 0 && got != 7 {
		t.Errorf("latest is %d", got)
	}
}
