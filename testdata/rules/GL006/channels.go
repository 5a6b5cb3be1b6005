// Package gl006 has what GL006 finds (worker-without-exit), and what it does not.
package gl006

import "context"

func loop(in chan int, quit chan struct{}) {
	for {
		select { // want GL006 "no case of the select can happen"
		case <-in:
		case <-quit:
			return
		}
	}
}

func BadQuitForgotten() {
	in, quit := make(chan int), make(chan struct{})
	go loop(in, quit)
	in <- 1
}

func OkQuitClosed() {
	in, quit := make(chan int), make(chan struct{})
	defer close(quit)
	go loop(in, quit)
	in <- 1
}

func BadCancelDropped() {
	ctx, _ := context.WithCancel(context.Background())
	in := make(chan int)
	go func() {
		for {
			select { // want GL006 "no case of the select can happen"
			case <-in:
			case <-ctx.Done():
				return
			}
		}
	}()
	in <- 1
}

func OkCancelled() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
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
