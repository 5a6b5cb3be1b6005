// Package stopflag has a flag that another goroutine sets, as it should be.
package stopflag

import "time"

type Loop struct {
	stopped bool
	quit    chan struct{}
}

func (l *Loop) Run() {
	go func() {
		for {
			select {
			case <-l.quit:
				return
			case <-time.After(time.Millisecond):
			}
		}
	}()
}
func (l *Loop) Stop() { close(l.quit) }
func Use()            { l := &Loop{quit: make(chan struct{})}; l.Run(); l.Stop() }
