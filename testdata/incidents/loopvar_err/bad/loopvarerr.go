// Package loopvarerr has an error that several goroutines set.
//
// want DR004
package loopvarerr

import (
	"errors"
	"sync"
)

func All(fs []func() error) error {
	var wg sync.WaitGroup
	var err error
	var mu sync.Mutex
	for _, f := range fs {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if e := f(); e != nil {
				err = e
			}
		}()
	}
	wg.Wait()
	mu.Lock()
	defer mu.Unlock()
	return errors.Join(err)
}
