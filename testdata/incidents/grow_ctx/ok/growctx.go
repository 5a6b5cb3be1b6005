// Package growctx has a context that grows with each message, as it should be.
package growctx

import "context"

type k struct{}

func Loop(ctx context.Context, in <-chan string, f func(context.Context)) {
	for m := range in {
		c := context.WithValue(ctx, k{}, m)
		f(c)
	}
}
