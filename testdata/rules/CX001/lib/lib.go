// Package lib does something with a context.
package lib

import "context"

// Run waits.
func Run(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}
