// Package helper starts goroutines.
package helper

import "sync"

// Start forgets the group when f fails.
func Start(wg *sync.WaitGroup, f func() error) {
	go func() {
		if f() != nil {
			return
		}
		wg.Done()
	}()
}

// StartCounted does not.
func StartCounted(wg *sync.WaitGroup, f func() error) {
	go func() {
		defer wg.Done()
		_ = f()
	}()
}
