// Package wgcopy has a counter that is copied.
//
// want DL006 DR005
package wgcopy

import "sync"

func worker(wg sync.WaitGroup, f func()) { defer wg.Done(); f() }
func Run(fs []func()) {
	var wg sync.WaitGroup
	for _, f := range fs {
		wg.Add(1)
		go worker(wg, f)
	}
	wg.Wait()
}
