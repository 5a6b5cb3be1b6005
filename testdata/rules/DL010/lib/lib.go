// Package lib is set up once.
package lib

import "sync"

// Setup is done by whoever comes first.
var Setup sync.Once

// Ensure sets up.
func Ensure() { Setup.Do(func() {}) }
