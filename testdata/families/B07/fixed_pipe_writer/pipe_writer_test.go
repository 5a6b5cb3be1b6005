// B07: the reader of a pipe gives up at a bad header; the writer's Write waits for it.
package b07

import (
	"errors"
	"io"
	"testing"
)

type encoder interface {
	encode(w io.Writer) error
}

type records struct {
	lines []string
}

func (r *records) encode(w io.Writer) error {
	for _, l := range r.lines {
		if _, err := w.Write([]byte(l)); err != nil {
			return err
		}
	}
	return nil
}

var errHeader = errors.New("bad header")

func decode(r *io.PipeReader, max int) error {
	buf := make([]byte, 8)
	for i := 0; i < max; i++ {
		if _, err := r.Read(buf); err != nil {
			return err
		}
	}
	r.CloseWithError(errHeader)
	return errHeader
}

func transfer(e encoder) error {
	r, w := io.Pipe()
	go func() {
		w.CloseWithError(e.encode(w))
	}()
	return decode(r, 1)
}

func TestPipeWriter(t *testing.T) {
	if err := transfer(&records{lines: []string{"#1", "#2", "#3"}}); err == nil {
		t.Error("no error")
	}
}
