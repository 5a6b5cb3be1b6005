// Package ticker has a poller whose goroutine ranges over a ticker that nobody can end.
//
// want GL012
package ticker

import "time"

type Poller struct {
	quit chan struct{}
	fn   func()
}

func (p *Poller) Start() {
	t := time.NewTicker(time.Second)
	go func() {
		for range t.C {
			p.fn()
		}
	}()
}
func (p *Poller) Stop() { close(p.quit) }
