package main

import (
	"context"
	"errors"
	"log"
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

// group runs tasks and cancels the rest when one fails.
type group struct {
	wg     sync.WaitGroup
	once   sync.Once
	err    error
	cancel context.CancelFunc
}

func withContext(parent context.Context) (*group, context.Context) {
	ctx, cancel := context.WithCancel(parent)
	return &group{cancel: cancel}, ctx
}

func (g *group) Go(task func() error) {
	g.wg.Add(1)
	go func() {
		defer g.wg.Done()
		if err := task(); err != nil {
			g.once.Do(func() {
				g.err = err
				g.cancel()
			})
		}
	}()
}

type scraper struct {
	pages chan int
}

func (s *scraper) fetch(ctx context.Context, n int) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	time.Sleep(2 * time.Millisecond)
	s.pages <- n // MARK: BUG
	return nil
}

func (s *scraper) parse(ctx context.Context) error {
	for {
		select {
		case n := <-s.pages:
			if n%3 == 0 {
				return errors.New("page is not HTML")
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func scrape(pages int) error {
	g, ctx := withContext(context.Background())
	s := &scraper{pages: make(chan int)}
	for i := 1; i <= pages; i++ {
		n := i
		g.Go(func() error { return s.fetch(ctx, n) })
	}
	g.Go(func() error { return s.parse(ctx) })
	<-ctx.Done()
	return g.err
}

func main() {
	harness.Every(10*time.Second, func() { log.Print(scrape(8)) })
	harness.Run()
}
