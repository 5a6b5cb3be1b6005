// Package growctx has a context that grows with each message.
//
// want CX007
package growctx

import "context"

type k struct{}

func Loop(ctx context.Context, in <-chan string, f func(context.Context)) {
	for m := range in {
		ctx = context.WithValue(ctx, k{}, m)
		f(ctx)
	}
}
