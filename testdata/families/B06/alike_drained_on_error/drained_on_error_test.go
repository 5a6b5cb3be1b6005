// B06: who stops early leaves a goroutine that takes the remaining answers.
package b06

import (
	"errors"
	"testing"
)

type step struct {
	name string
	err  error
}

func perform(steps []step) error {
	errs := make(chan error)
	for _, s := range steps {
		go func(s step) { errs <- s.err }(s)
	}
	for i := range steps {
		if err := <-errs; err != nil {
			left := len(steps) - i - 1
			go func() {
				for ; left > 0; left-- {
					<-errs
				}
			}()
			return err
		}
	}
	return nil
}

func TestDrainedOnError(t *testing.T) {
	err := perform([]step{{name: "a"}, {name: "b", err: errors.New("b failed")}, {name: "c"}})
	if err == nil {
		t.Error("no error")
	}
}
