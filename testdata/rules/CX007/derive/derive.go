// Package derive derives contexts.
package derive

import "context"

type key struct{}

// WithUser adds a user.
func WithUser(ctx context.Context, user string) context.Context {
	return context.WithValue(ctx, key{}, user)
}
