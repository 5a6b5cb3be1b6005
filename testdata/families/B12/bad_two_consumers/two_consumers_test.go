// B12: two consumers share a channel; the first error ends one, the other takes only its own half.
package b12

import (
	"errors"
	"sync"
	"testing"
)

type page struct{ no int }

type crawler struct {
	pages chan page
	quit  chan struct{}
	once  sync.Once
}

func (c *crawler) feed(n int) {
	defer close(c.pages)
	for i := 0; i < n; i++ {
		c.pages <- page{i} // want GL002|DL008
	}
}

func (c *crawler) work(f func(page) error) error {
	for {
		select {
		case p, ok := <-c.pages:
			if !ok {
				return nil
			}
			if err := f(p); err != nil {
				c.once.Do(func() { close(c.quit) })
				return err
			}
		case <-c.quit:
			return nil
		}
	}
}

func TestTwoConsumers(t *testing.T) {
	c := &crawler{pages: make(chan page), quit: make(chan struct{})}
	go c.feed(4)
	var wg sync.WaitGroup
	for i := 0; i < 2; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			_ = c.work(func(p page) error {
				if p.no == 1 {
					return errors.New("404")
				}
				return nil
			})
		}()
	}
	wg.Wait()
}
