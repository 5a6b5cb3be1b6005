// N09: an item that fails is done twice: once in the error path, once by the defer.
package n09

import (
	"errors"
	"sync"
	"testing"
)

type upload struct {
	name string
	size int
}

type uploader struct {
	wg sync.WaitGroup
}

func (u *uploader) send(f upload) error {
	if f.size == 0 {
		return errors.New("empty")
	}
	return nil
}

func (u *uploader) one(f upload) {
	defer u.wg.Done() // want PN004
	if err := u.send(f); err != nil {
		u.wg.Done() // want PN004
		return      // want PN004
	}
}

func (u *uploader) all(files []upload) {
	for _, f := range files {
		u.wg.Add(1)
		u.one(f)
	}
	u.wg.Wait()
}

func TestDoneTwice(t *testing.T) {
	u := &uploader{}
	u.all([]upload{{"a", 1}, {"b", 0}})
}
