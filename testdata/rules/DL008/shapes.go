package dl008

import "sync"

func BadEachSendsFirst() {
	a, b := make(chan int), make(chan int)
	go func() {
		a <- 1 // want DL008 "wait for each other"
		<-b
	}()
	b <- 1
	<-a
}

type worker struct {
	jobs chan int
	wg   sync.WaitGroup
}

func (w *worker) run() {
	defer w.wg.Done()
	for range w.jobs { // want DL008 "wait for each other"
	}
}

func BadField() {
	w := &worker{jobs: make(chan int)}
	w.wg.Add(1)
	go w.run()
	w.wg.Wait()
	close(w.jobs)
}

func feed(out chan<- int, done <-chan struct{}) {
	<-done // want DL008 "wait for each other"
	out <- 1
}

func BadParameter() {
	out, done := make(chan int), make(chan struct{})
	go feed(out, done)
	<-out
	close(done)
}

func BadGroupOfTwo() {
	var wg sync.WaitGroup
	results := make(chan int)
	wg.Add(1)
	go func() {
		defer wg.Done()
		results <- 1 // want DL008 "wait for each other"
	}()
	wg.Wait()
	<-results
}

func BadCondition() {
	var mu sync.Mutex
	cond := sync.NewCond(&mu)
	done := make(chan struct{})
	go func() {
		mu.Lock()
		cond.Wait() // want DL008 "wait for each other"
		mu.Unlock()
		close(done)
	}()
	<-done
	cond.Signal()
}

func OkEachReceivesFirst() {
	a, b := make(chan int), make(chan int)
	go func() {
		a <- 1
		<-b
	}()
	<-a
	b <- 1
}

func OkField() {
	w := &pool{jobs: make(chan int)}
	w.wg.Add(1)
	go w.run()
	close(w.jobs)
	w.wg.Wait()
}

type pool struct {
	jobs chan int
	wg   sync.WaitGroup
}

func (w *pool) run() {
	defer w.wg.Done()
	for range w.jobs {
	}
}

func OkReadBeforeWait() {
	var wg sync.WaitGroup
	results := make(chan int)
	wg.Add(1)
	go func() {
		defer wg.Done()
		results <- 1
	}()
	<-results
	wg.Wait()
}

func OkRoom() {
	var wg sync.WaitGroup
	results := make(chan int, 1)
	wg.Add(1)
	go func() {
		defer wg.Done()
		results <- 1
	}()
	wg.Wait()
	<-results
}
