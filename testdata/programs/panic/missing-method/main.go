package main

import (
	"bytes"
	"fmt"
	"io"
)

type flusher interface{ Flush() error }

type buffered struct{ bytes.Buffer }

func (b *buffered) Flush() error { return nil }

type counting struct {
	w io.Writer
	n int
}

func (c *counting) Write(p []byte) (int, error) {
	c.n += len(p)
	return c.w.Write(p)
}

type server struct{ out io.Writer }

func (s *server) flush() error {
	return s.out.(flusher).Flush() // MARK: BUG
}

func main() {
	s := &server{out: &buffered{}}
	fmt.Println(s.flush())
	s.out = &counting{w: s.out}
	fmt.Println(s.flush())
}
