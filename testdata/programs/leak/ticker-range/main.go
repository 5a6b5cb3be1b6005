package main

import (
	"time"

	"fixtures.test/programs/internal/harness"
)

type progress struct {
	ticker *time.Ticker
	bytes  int64
	shown  int64
}

func (p *progress) report() {
	for range p.ticker.C { // MARK: BUG
		p.shown = p.bytes
	}
}

func (p *progress) Stop() { p.ticker.Stop() }

func track() *progress {
	p := &progress{ticker: time.NewTicker(5 * time.Millisecond)}
	go p.report()
	return p
}

func download(chunks int) {
	p := track()
	defer p.Stop()
	for i := 0; i < chunks; i++ {
		time.Sleep(2 * time.Millisecond)
	}
}

func main() {
	harness.Every(10*time.Second, func() { download(8) })
	harness.Run()
}
