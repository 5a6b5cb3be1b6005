package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

// group runs functions and keeps the first error, whose coming cancels ctx.
type group struct {
	wg     sync.WaitGroup
	once   sync.Once
	cancel context.CancelFunc
	err    error
}

func withContext(ctx context.Context) (*group, context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	return &group{cancel: cancel}, ctx
}

func (g *group) run(f func() error) {
	g.wg.Add(1)
	go func() {
		defer g.wg.Done()
		if err := f(); err != nil {
			g.once.Do(func() {
				g.err = err
				g.cancel()
			})
		}
	}()
}

func (g *group) wait() error {
	g.wg.Wait()
	g.cancel()
	return g.err
}

var errBroken = errors.New("a broken page")

// crawl lists pages, fetches them with four workers and stores them in order
// of arrival. Every third crawl meets a broken page and stops early.
func crawl(parent context.Context, number int) error {
	g, ctx := withContext(parent)
	pages := make(chan int)
	bodies := make(chan string)
	g.run(func() error {
		defer close(pages)
		for p := 0; p < 200; p++ {
			select {
			case pages <- p:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	var fetchers sync.WaitGroup
	fetchers.Add(4)
	for i := 0; i < 4; i++ {
		g.run(func() error {
			defer fetchers.Done()
			return fetch(ctx, number, pages, bodies)
		})
	}
	g.run(func() error {
		fetchers.Wait()
		close(bodies)
		return nil
	})
	stored := 0
	for range bodies {
		stored++
	}
	return g.wait()
}

func fetch(ctx context.Context, number int, pages <-chan int, bodies chan<- string) error {
	for p := range pages {
		time.Sleep(5 * time.Millisecond)
		if number%3 == 2 && p == 150 {
			return errBroken
		}
		select {
		case bodies <- fmt.Sprintf("page %d", p):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func main() {
	for i := 0; i < 3; i++ {
		go func() {
			for n := 0; ; n++ {
				if err := crawl(context.Background(), n); err != nil && err != errBroken {
					log.Print(err)
				}
			}
		}()
	}
	harness.Run()
}
