// Package helper counts down.
package helper

import "sync"

// Finish counts one down.
func Finish(wg *sync.WaitGroup) { wg.Done() }
