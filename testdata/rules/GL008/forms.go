package gl008

import (
	"sync"

	"example.com/gl008/helper"
)

func BadOtherPackage(f func() error) {
	var wg sync.WaitGroup
	wg.Add(1)
	helper.Start(&wg, f)
	wg.Wait() // want GL008 "does not reach zero"
}

func OkOtherPackage(f func() error) {
	var wg sync.WaitGroup
	wg.Add(1)
	helper.StartCounted(&wg, f)
	wg.Wait()
}

func BadClosure(f func() error) {
	var wg sync.WaitGroup
	spawn := func(g func() error) {
		wg.Add(1)
		go func() {
			if err := g(); err != nil {
				return
			}
			wg.Done()
		}()
	}
	spawn(f)
	wg.Wait() // want GL008 "does not reach zero"
}

func OkClosure(f func() error) {
	var wg sync.WaitGroup
	spawn := func(g func() error) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if err := g(); err != nil {
				return
			}
		}()
	}
	spawn(f)
	wg.Wait()
}
