// Package spindefault has a worker that polls its queue, as it should be.
package spindefault

import "sync"

type Worker struct {
	jobs chan int
	stop chan struct{}
	wg   sync.WaitGroup
}

func (w *Worker) loop() {
	for {
		select {
		case j := <-w.jobs:
			println(j)
		case <-w.stop:
			return
		}
	}
}
func (w *Worker) Start() { go w.loop() }
