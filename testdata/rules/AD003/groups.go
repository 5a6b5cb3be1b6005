// Package ad003 counts goroutines.
package ad003

import "sync"

func BadLoop(items []string, work func(string)) {
	var wg sync.WaitGroup
	for _, item := range items {
		wg.Add(1) // want AD003 "`wg.Go` does what this `Add` and the `Done` below do"
		go func() {
			defer wg.Done()
			work(item)
		}()
	}
	wg.Wait()
}

type pool struct{ wg sync.WaitGroup }

func (p *pool) BadField(work func()) {
	p.wg.Add(1) // want AD003 "`p.wg.Go` does"
	go func() {
		defer p.wg.Done()
		work()
	}()
}

func BadPointer(wg *sync.WaitGroup, work func()) {
	wg.Add(1) // want AD003 "`wg.Go` does"
	go func() {
		defer wg.Done()

		work()
		work()
	}()
}

func BadParameter(work func(int)) {
	var wg sync.WaitGroup
	for i := range 10 {
		wg.Add(1) // want AD003 "`wg.Go` does"
		go func(i int) {
			defer wg.Done()
			work(i)
		}(i)
	}
	wg.Wait()
}

func BadClosure(work func()) func() {
	var wg sync.WaitGroup
	return func() {
		wg.Add(1) // want AD003 "`wg.Go` does"
		go func() {
			defer wg.Done()
			work()
		}()
		wg.Wait()
	}
}

func BadGeneric[T any](items []T, work func(T)) {
	var wg sync.WaitGroup
	defer wg.Wait()
	for _, item := range items {
		wg.Add(1) // want AD003 "`wg.Go` does"
		go func() {
			defer wg.Done()
			if work != nil {
				work(item)
			}
		}()
	}
}

func OkGo(items []string, work func(string)) {
	var wg sync.WaitGroup
	for _, item := range items {
		wg.Go(func() { work(item) })
	}
	wg.Wait()
}

func OkAddMany(items []string, work func(string)) {
	var wg sync.WaitGroup
	wg.Add(len(items))
	for _, item := range items {
		go func() {
			defer wg.Done()
			work(item)
		}()
	}
	wg.Wait()
}

func OkNamed(wg *sync.WaitGroup, worker func(*sync.WaitGroup)) {
	wg.Add(1)
	go worker(wg)
}

func OkOtherGroup(a, b *sync.WaitGroup, work func()) {
	a.Add(1)
	b.Add(1)
	go func() {
		defer a.Done()
		work()
		b.Done()
	}()
}

func OkDoneInBetween(wg *sync.WaitGroup, started, work func()) {
	wg.Add(1)
	go func() {
		started()
		wg.Done()
		work()
	}()
}

func OkTwo(wg *sync.WaitGroup, work func()) {
	wg.Add(2)
	go func() {
		defer wg.Done()
		work()
	}()
	go func() {
		defer wg.Done()
		work()
	}()
}

func OkNoGoroutine(wg *sync.WaitGroup, work func()) {
	wg.Add(1)
	func() {
		defer wg.Done()
		work()
	}()
}
