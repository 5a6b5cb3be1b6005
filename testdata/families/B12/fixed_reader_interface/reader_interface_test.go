// B12: closing a stream frees its writer, but not the reader that stands behind an interface.
package b12

import (
	"errors"
	"sync"
	"testing"
)

var errClosed = errors.New("closed")

type stream interface {
	Read() (string, error)
	Write(s string) error
	Close() error
}

type bufferedStream struct {
	data   chan string
	closed chan struct{}
	once   sync.Once
}

func newStream() stream {
	return &bufferedStream{data: make(chan string), closed: make(chan struct{})}
}

func (b *bufferedStream) Write(s string) error {
	select {
	case b.data <- s:
		return nil
	case <-b.closed:
		return errClosed
	}
}

func (b *bufferedStream) Read() (string, error) {
	select {
	case s := <-b.data:
		return s, nil
	case <-b.closed:
		return "", errClosed
	}
}

func (b *bufferedStream) Close() error {
	b.once.Do(func() { close(b.closed) })
	return nil
}

func readAll(s stream, got chan<- int) {
	n := 0
	for {
		if _, err := s.Read(); err != nil {
			got <- n
			return
		}
		n++
	}
}

func TestReaderInterface(t *testing.T) {
	s := newStream()
	got := make(chan int, 1)
	go readAll(s, got)
	if err := s.Write("x"); err != nil {
		t.Error(err)
	}
	s.Close()
	<-got
}
