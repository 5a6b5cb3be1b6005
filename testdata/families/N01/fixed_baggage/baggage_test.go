// N01: a value of a context is changed by everybody who has the context, corrected.
package n01

import (
	"context"
	"sync"
	"testing"
)

type key struct{}
type baggage struct {
	mu sync.Mutex
	m  map[string]string
}

func set(ctx context.Context, k, v string) {
	b, ok := ctx.Value(key{}).(*baggage)
	if !ok {
		return
	}
	b.mu.Lock()
	b.m[k] = v
	b.mu.Unlock()
}
func TestBaggage(t *testing.T) {
	ctx := context.WithValue(context.Background(), key{}, &baggage{m: map[string]string{}})
	var wg sync.WaitGroup
	for _, k := range []string{"a", "b"} {
		wg.Add(1)
		go func(k string) { defer wg.Done(); set(ctx, k, "1") }(k)
	}
	wg.Wait()
}
