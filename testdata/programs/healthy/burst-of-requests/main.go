package main

import (
	"context"
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

// Prober asks all shops whether they are open, a few at a time.
type Prober struct{ slots chan struct{} }

func (p *Prober) round(ctx context.Context, shops int) int {
	ctx, cancel := context.WithTimeout(ctx, 8*time.Second)
	defer cancel()
	answers := make(chan bool, shops)
	var wg sync.WaitGroup
	for shop := 0; shop < shops; shop++ {
		wg.Add(1)
		go func(shop int) {
			defer wg.Done()
			answers <- p.probe(ctx, shop)
		}(shop)
	}
	wg.Wait()
	close(answers)
	open := 0
	for ok := range answers {
		if ok {
			open++
		}
	}
	return open
}

func (p *Prober) probe(ctx context.Context, shop int) bool {
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	case <-ctx.Done():
		return false
	}
	time.Sleep(time.Duration(200+shop*5) * time.Millisecond)
	return shop%7 != 0
}

func main() {
	p := &Prober{slots: make(chan struct{}, 8)}
	go func() {
		for range time.Tick(10 * time.Second) {
			p.round(context.Background(), 60)
		}
	}()
	harness.Run()
}
