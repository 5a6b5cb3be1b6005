// Package helper has a worker.
package helper

// Worker works until it is stopped.
type Worker struct {
	jobs chan int
	quit chan struct{}
}

// NewWorker starts it.
func NewWorker() *Worker {
	w := &Worker{jobs: make(chan int), quit: make(chan struct{})}
	go w.run()
	return w
}

func (w *Worker) run() {
	for {
		select {
		case <-w.jobs:
		case <-w.quit:
			return
		}
	}
}

// Do hands a job over.
func (w *Worker) Do(n int) { w.jobs <- n }

// Stop ends the worker.
func (w *Worker) Stop() { close(w.quit) }
