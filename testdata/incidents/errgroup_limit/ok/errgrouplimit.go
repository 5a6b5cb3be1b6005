// Package errgrouplimit has a walk over a tree whose goroutines hold slots and wait for more, as it should be.
package errgrouplimit

import (
	"context"
	"golang.org/x/sync/errgroup"
)

type Node struct{ kids []*Node }

func Walk(ctx context.Context, root *Node) error {
	g, ctx := errgroup.WithContext(ctx)
	var visit func(n *Node) error
	visit = func(n *Node) error {
		for _, k := range n.kids {
			g.Go(func() error { return visit(k) })
		}
		return ctx.Err()
	}
	g.Go(func() error { return visit(root) })
	return g.Wait()
}
