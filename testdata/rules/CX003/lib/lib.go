// Package lib writes a log.
package lib

import "context"

// Audit waits until its context is over.
func Audit(ctx context.Context, path string) error {
	<-ctx.Done()
	return ctx.Err()
}
