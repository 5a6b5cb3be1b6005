// Package gl001 has what GL001 finds (range-over-unclosed-channel), and what it does not.
package gl001

import "sync"

func BadNeverClosed(items []int) {
	ch := make(chan int)
	go func() {
		for v := range ch { // want GL001 "nobody closes the channel"
			use(v)
		}
	}()
	ch <- 1
}

type pipe struct{ in chan int }

func (p *pipe) drain() {
	for v := range p.in { // want GL001 "nobody closes the channel"
		use(v)
	}
}

func BadField() {
	p := &pipe{in: make(chan int)}
	go p.drain()
	p.in <- 1
	p.in <- 2
}

func BadEarlyReturn(f func() error) error {
	ch := make(chan int)
	go func() {
		for v := range ch { // want GL001 "nobody closes the channel"
			use(v)
		}
	}()
	if err := f(); err != nil {
		return err
	}
	close(ch)
	return nil
}

func OkDeferredClose(f func() error) error {
	ch := make(chan int)
	defer close(ch)
	go func() {
		for v := range ch {
			use(v)
		}
	}()
	return f()
}

func OkClosedByLast() {
	ch := make(chan int)
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		for v := range ch {
			use(v)
		}
	}()
	ch <- 1
	close(ch)
	wg.Wait()
}

func OkGivenAway() <-chan int {
	in := make(chan int)
	out := make(chan int)
	go func() {
		for v := range in {
			out <- v
		}
	}()
	register(in)
	return out
}

var registered chan int

func register(ch chan int) { registered = ch }

func use(int) {}
