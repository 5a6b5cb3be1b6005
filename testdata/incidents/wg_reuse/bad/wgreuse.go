// Package wgreuse has goroutines that count down only when they fail.
//
// want GL008
package wgreuse

import "sync"

func Each(fs []func() error) (errs []error) {
	var wg sync.WaitGroup
	out := make(chan error, len(fs))
	wg.Add(len(fs))
	for _, f := range fs {
		go func() {
			err := f()
			if err == nil {
				return
			}
			out <- err
			wg.Done()
		}()
	}
	wg.Wait()
	close(out)
	for e := range out {
		errs = append(errs, e)
	}
	return errs
}
