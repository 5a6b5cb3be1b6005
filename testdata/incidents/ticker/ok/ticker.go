// Package ticker has a poller whose goroutine ranges over a ticker that nobody can end, as it should be.
package ticker

import "time"

type Poller struct {
	quit chan struct{}
	fn   func()
}

func (p *Poller) Start() {
	t := time.NewTicker(time.Second)
	go func() {
		defer t.Stop()
		for {
			select {
			case <-t.C:
				p.fn()
			case <-p.quit:
				return
			}
		}
	}()
}
func (p *Poller) Stop() { close(p.quit) }
