// Package lib takes contexts.
package lib

import "context"

// Fetch does what its context allows.
func Fetch(ctx context.Context) error { return ctx.Err() }

// Empty makes a context that never ends.
func Empty() context.Context { return context.Background() }
