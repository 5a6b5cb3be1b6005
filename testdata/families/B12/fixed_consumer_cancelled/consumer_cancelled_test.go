// B12: the consumer leaves when the context ends; the producer only knows the channel.
package b12

import (
	"context"
	"testing"
)

type chunk struct{ n int }

type archive struct {
	chunks chan chunk
	size   int
}

func (a *archive) produce(ctx context.Context) {
	defer close(a.chunks)
	for i := 0; i < a.size; i++ {
		select {
		case a.chunks <- chunk{i}:
		case <-ctx.Done():
			return
		}
	}
}

func (a *archive) consume(ctx context.Context) int {
	n := 0
	for {
		select {
		case _, ok := <-a.chunks:
			if !ok {
				return n
			}
			n++
		case <-ctx.Done():
			return n
		}
	}
}

func TestConsumerCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	a := &archive{chunks: make(chan chunk), size: 2}
	go a.produce(ctx)
	go cancel()
	a.consume(ctx)
}
