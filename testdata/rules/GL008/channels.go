// Package gl008 has what GL008 finds (waitgroup-never-done), and what it does not.
package gl008

import "sync"

func BadReturnBeforeDone(a func() error) {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		if a() != nil {
			return
		}
		wg.Done()
	}()
	wg.Wait() // want GL008 "does not reach zero"
}

func BadOneTooMany(a func()) {
	var wg sync.WaitGroup
	wg.Add(2)
	go func() {
		defer wg.Done()
		a()
	}()
	wg.Wait() // want GL008 "does not reach zero"
}

func OkDeferred(a func() error) {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		if a() != nil {
			return
		}
	}()
	wg.Wait()
}

func OkPassed(a func()) {
	var wg sync.WaitGroup
	for i := 0; i < 3; i++ {
		wg.Add(1)
		go work(&wg, a)
	}
	wg.Wait()
}

func work(wg *sync.WaitGroup, a func()) {
	defer wg.Done()
	a()
}
