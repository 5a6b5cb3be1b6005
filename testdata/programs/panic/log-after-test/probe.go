// Package probe checks an endpoint from time to time.
package probe

import "time"

type logger interface{ Log(args ...interface{}) }

type probe struct {
	log   logger
	every time.Duration
	stop  chan struct{}
}

func (p *probe) run() {
	for i := 0; i < 10; i++ {
		time.Sleep(p.every)
		p.log.Log("probe", i) // MARK: BUG
	}
}
