// Package producergone has a stream of events whose reader has seen enough, as it should be.
package producergone

import "context"

func Events(ctx context.Context, next func() string) <-chan string {
	out := make(chan string)
	go func() {
		defer close(out)
		for {
			e := next()
			if e == "" {
				return
			}
			select {
			case out <- e:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}
func First(ctx context.Context, next func() string) string {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for e := range Events(ctx, next) {
		if e != "ping" {
			return e
		}
	}
	return ""
}
