// B14: Done comes from the caller of the function that fails.
package b14

import (
	"errors"
	"sync"
	"testing"
)

type task struct {
	n int
}

func (tk task) execute() error {
	if tk.n%2 == 1 {
		return errors.New("odd")
	}
	return nil
}

type counted struct {
	wg   sync.WaitGroup
	errs chan error
}

func (c *counted) spawn(f func() error) {
	c.wg.Add(1)
	go func() {
		err := f()
		if err != nil {
			c.errs <- err
		}
		c.wg.Done()
	}()
}

func TestDoneAfterError(t *testing.T) {
	c := &counted{errs: make(chan error, 3)}
	for i := 0; i < 3; i++ {
		c.spawn(task{i}.execute)
	}
	c.wg.Wait()
	close(c.errs)
	for err := range c.errs {
		if err == nil {
			t.Error("nil reported")
		}
	}
}
