package gl006

import "example.com/gl006/helper"

func serve(in chan int, quit <-chan struct{}) {
	for {
		select { // want GL006 "no case of the select can happen"
		case <-in:
		case <-quit:
			return
		}
	}
}

func BadParameter() {
	in, quit := make(chan int), make(chan struct{})
	go serve(in, quit)
	in <- 1
	in <- 2
}

func serveOnce(in chan int, quit <-chan struct{}) {
	for {
		select {
		case <-in:
			return
		case <-quit:
			return
		}
	}
}

func OkParameter() {
	in, quit := make(chan int), make(chan struct{})
	go serveOnce(in, quit)
	in <- 1
	close(quit)
}

func BadOtherPackage() {
	w := helper.NewWorker() // want GL006 "no case of the select can happen"
	w.Do(1)
}

func OkOtherPackage() {
	w := helper.NewWorker()
	defer w.Stop()
	w.Do(1)
}

func BadClosure() {
	in, quit := make(chan int), make(chan struct{})
	each := func(f func(int)) {
		for {
			select { // want GL006 "no case of the select can happen"
			case v := <-in:
				f(v)
			case <-quit:
				return
			}
		}
	}
	go each(func(int) {})
	in <- 1
}

func OkClosure() {
	in, quit := make(chan int), make(chan struct{})
	each := func(f func(int)) {
		for {
			select {
			case v := <-in:
				f(v)
			case <-quit:
				return
			}
		}
	}
	go each(func(int) {})
	in <- 1
	close(quit)
}
