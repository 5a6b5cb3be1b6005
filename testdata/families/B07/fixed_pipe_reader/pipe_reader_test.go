// B07: the copying goroutine reads to the end of a pipe whose writer nobody closes.
package b07

import (
	"io"
	"strings"
	"testing"
)

type attachment struct {
	out  *io.PipeReader
	in   *io.PipeWriter
	done chan error
	text strings.Builder
}

func attach() *attachment {
	a := &attachment{done: make(chan error, 1)}
	a.out, a.in = io.Pipe()
	go a.pump()
	return a
}

func (a *attachment) pump() {
	buf := make([]byte, 16)
	for {
		n, err := a.out.Read(buf)
		a.text.Write(buf[:n])
		if err != nil {
			a.done <- nil
			return
		}
	}
}

func (a *attachment) send(line string) error {
	_, err := a.in.Write([]byte(line))
	return err
}

func (a *attachment) detach() error {
	if err := a.in.Close(); err != nil {
		return err
	}
	return <-a.done
}

func TestPipeReader(t *testing.T) {
	a := attach()
	if err := a.send("hello\n"); err != nil {
		t.Fatal(err)
	}
	if err := a.detach(); err != nil {
		t.Fatal(err)
	}
}
