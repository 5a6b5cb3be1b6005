// Package pn004 has what PN004 finds (negative-waitgroup), and what it does not.
package pn004

import "sync"

func BadDoneTwice() {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done() // want PN004 "below zero"
		wg.Done()
	}()
}

func OkDoneOnce() {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
	}()
	wg.Wait()
}
