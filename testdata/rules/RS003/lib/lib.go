// Package lib closes things.
package lib

import "io"

// Close closes.
func Close(c io.Closer) { _ = c.Close() }
