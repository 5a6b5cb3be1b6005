package gl006

import "context"

type worker struct {
	jobs chan int
	quit chan struct{}
}

func (w *worker) run() {
	for {
		select { // want GL006 "no case of the select can happen"
		case <-w.jobs:
		case <-w.quit:
			return
		}
	}
}

func BadField() {
	w := &worker{jobs: make(chan int), quit: make(chan struct{})}
	go w.run()
	w.jobs <- 1
}

func OkField() {
	w := &worker{jobs: make(chan int), quit: make(chan struct{})}
	go w.run()
	w.jobs <- 1
	w.quit <- struct{}{}
}

type server interface{ serve(in, quit chan int) }

type echo struct{}

func (echo) serve(in, quit chan int) {
	for {
		select { // want GL006 "no case of the select can happen"
		case <-in:
		case <-quit:
			return
		}
	}
}

func BadInterface() {
	var s server = echo{}
	in, quit := make(chan int), make(chan int)
	go s.serve(in, quit)
	in <- 1
}

func OkInterface() {
	var s server = echo{}
	in, quit := make(chan int), make(chan int)
	go s.serve(in, quit)
	in <- 1
	close(quit)
}

func pump[T any](in, quit <-chan T) {
	for {
		select { // want GL006 "no case of the select can happen"
		case <-in:
		case <-quit:
			return
		}
	}
}

func BadGeneric() {
	in, quit := make(chan string), make(chan string)
	go pump(in, quit)
	in <- "a"
}

func OkGeneric() {
	in, quit := make(chan string), make(chan string)
	go pump(in, quit)
	in <- "a"
	quit <- "b"
}

func poll(in chan int, quit chan struct{}) {
	for {
		select { // want GL006 "no case of the select can happen"
		case <-in:
		case <-quit:
			return
		}
	}
}

func BadEarlyReturn(f func() error) error {
	in, quit := make(chan int), make(chan struct{})
	go poll(in, quit)
	if err := f(); err != nil {
		return err
	}
	close(quit)
	return nil
}

func OkContextFromOutside(ctx context.Context) {
	in := make(chan int)
	go func() {
		for {
			select {
			case <-in:
			case <-ctx.Done():
				return
			}
		}
	}()
	in <- 1
}
