// B06: a handler that answers after the time is up finds nobody to take its answer.
package b06

import (
	"errors"
	"testing"
	"time"
)

type object struct {
	name    string
	version int
}

var errTimeout = errors.New("timed out")

type storage interface {
	update(name string) (*object, error)
}

type slowStorage struct{ delay time.Duration }

func (s slowStorage) update(name string) (*object, error) {
	time.Sleep(s.delay)
	return &object{name: name, version: 2}, nil
}

func finishRequest(timeout time.Duration, fn func() (*object, error)) (*object, error) {
	results := make(chan *object)
	failures := make(chan error)
	go func() {
		o, err := fn()
		if err != nil {
			failures <- err // want GL002
			return
		}
		results <- o // want GL002
	}()
	select {
	case o := <-results:
		return o, nil
	case err := <-failures:
		return nil, err
	case <-time.After(timeout):
		return nil, errTimeout
	}
}

func TestFinishRequest(t *testing.T) {
	s := slowStorage{delay: 20 * time.Millisecond}
	_, err := finishRequest(5*time.Millisecond, func() (*object, error) {
		return s.update("pod")
	})
	if err != nil && err != errTimeout {
		t.Error(err)
	}
}
