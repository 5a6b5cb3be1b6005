// B06: the test fails before it has taken what its helper goroutine has to say.
package b06

import (
	"errors"
	"runtime"
	"testing"
)

type fakeT struct {
	failed bool
}

func (f *fakeT) fatal(string) {
	f.failed = true
	runtime.Goexit()
}

type producer struct {
	out chan int
}

func (p *producer) run(n int) {
	for i := 0; i < n; i++ {
		p.out <- i
	}
	close(p.out)
}

func collect(ft *fakeT, p *producer, check func(int) error) {
	for v := range p.out {
		if err := check(v); err != nil {
			for range p.out {
			}
			ft.fatal(err.Error())
		}
	}
}

func TestTestFatal(t *testing.T) {
	p := &producer{out: make(chan int)}
	go p.run(3)
	done := make(chan struct{})
	go func() {
		defer close(done)
		collect(&fakeT{}, p, func(v int) error {
			if v == 1 {
				return errors.New("unexpected")
			}
			return nil
		})
	}()
	<-done
}
