// Package helper is given cancel functions.
package helper

import "context"

// Ignore does nothing with it.
func Ignore(ctx context.Context, cancel context.CancelFunc) { <-ctx.Done() }

// Call calls it.
func Call(cancel context.CancelFunc) { cancel() }

// Owner keeps it.
type Owner struct{ cancel context.CancelFunc }

// Keep keeps it for later.
func (o *Owner) Keep(cancel context.CancelFunc) { o.cancel = cancel }
