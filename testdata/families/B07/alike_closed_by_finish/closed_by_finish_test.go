// B07: the error path closes the channel too, in the function that both ways end with.
package b07

import (
	"errors"
	"testing"
)

type download struct {
	complete chan struct{}
	err      error
	parts    int
}

func (d *download) finish(err error) {
	d.err = err
	close(d.complete)
}

func (d *download) run(fetch func(part int) error) {
	for i := 0; i < d.parts; i++ {
		if err := fetch(i); err != nil {
			d.finish(err)
			return
		}
	}
	d.finish(nil)
}

func TestClosedByFinish(t *testing.T) {
	for _, fail := range []int{0, 5} {
		d := &download{complete: make(chan struct{}), parts: 2}
		go d.run(func(part int) error {
			if part == fail {
				return errors.New("connection reset")
			}
			return nil
		})
		<-d.complete
	}
}
