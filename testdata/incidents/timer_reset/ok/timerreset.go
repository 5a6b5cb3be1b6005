// Package timerreset has a timer whose value is taken twice, as it should be.
package timerreset

import "time"

type Idle struct {
	t  *time.Timer
	in chan int
}

func (i *Idle) Run() {
	i.t = time.NewTimer(time.Second)
	for {
		select {
		case <-i.in:
			if !i.t.Stop() {
				<-i.t.C
			}
			i.t.Reset(time.Second)
		case <-i.t.C:
			return
		}
	}
}
