// Package stopflag has a flag that another goroutine sets.
//
// want DR002
package stopflag

import "time"

type Loop struct {
	stopped bool
	quit    chan struct{}
}

func (l *Loop) Run() {
	go func() {
		for !l.stopped {
			time.Sleep(time.Millisecond)
		}
	}()
}
func (l *Loop) Stop() { l.stopped = true }
func Use()            { l := &Loop{quit: make(chan struct{})}; l.Run(); l.Stop() }
