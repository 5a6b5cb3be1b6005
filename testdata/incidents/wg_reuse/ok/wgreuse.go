// Package wgreuse has goroutines that count down only when they fail, as it should be.
package wgreuse

import "sync"

func Each(fs []func() error) (errs []error) {
	var wg sync.WaitGroup
	out := make(chan error, len(fs))
	wg.Add(len(fs))
	for _, f := range fs {
		go func() {
			defer wg.Done()
			err := f()
			if err == nil {
				return
			}
			out <- err
		}()
	}
	wg.Wait()
	close(out)
	for e := range out {
		errs = append(errs, e)
	}
	return errs
}
