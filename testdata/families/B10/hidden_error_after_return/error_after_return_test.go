// B10: the serving loop returns on the first error; the second of the acceptors reports to nobody.
package b10

import (
	"errors"
	"testing"
)

type acceptor interface {
	accept() error
}

type acceptFunc func() error

func (f acceptFunc) accept() error { return f() }

type frontend struct {
	acceptors []acceptor
	errs      chan error
}

func (f *frontend) serve() error {
	for _, a := range f.acceptors {
		go f.loop(a)
	}
	for {
		err := <-f.errs
		if err != nil {
			return err
		}
	}
}

func (f *frontend) loop(a acceptor) {
	for {
		err := a.accept()
		f.errs <- err // want GL002
		if err != nil {
			return
		}
	}
}

func TestErrorAfterReturn(t *testing.T) {
	broken := acceptFunc(func() error { return errors.New("closed") })
	f := &frontend{acceptors: []acceptor{broken, broken}, errs: make(chan error)}
	if f.serve() == nil {
		t.Error("no error")
	}
}
