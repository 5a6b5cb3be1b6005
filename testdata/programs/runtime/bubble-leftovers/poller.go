//go:build go1.25

// Package poller asks a source for news.
package poller

import "time"

// Poller forwards what the source has.
type Poller struct {
	source func() string
	news   chan string
	out    chan string
}

// Start polls n times.
func Start(source func() string, n int) *Poller {
	p := &Poller{source: source, news: make(chan string), out: make(chan string, 1)}
	go p.run(n)
	go p.forward()
	return p
}

func (p *Poller) run(n int) {
	for range n {
		time.Sleep(time.Second)
		p.news <- p.source() // MARK: RUN
	}
}

func (p *Poller) forward() {
	for s := range p.news {
		p.out <- s // MARK: FORWARD
	}
}
