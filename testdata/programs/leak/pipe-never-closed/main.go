package main

import (
	"compress/gzip"
	"io"
	"io/ioutil"
	"strings"
	"time"

	"fixtures.test/programs/internal/harness"
)

type compressor struct {
	r    *io.PipeReader
	w    *io.PipeWriter
	size int64
	done chan struct{}
}

func (c *compressor) pump() {
	defer close(c.done)
	n, err := io.Copy(ioutil.Discard, c.r) // MARK: BUG
	c.size = n
	c.r.CloseWithError(err)
}

func (c *compressor) feed(text string) error {
	defer c.w.Close()
	defer c.wait()
	z := gzip.NewWriter(c.w)
	if _, err := io.Copy(z, strings.NewReader(text)); err != nil {
		return err
	}
	return z.Close()
}

func (c *compressor) wait() { <-c.done }

func compress(text string) *compressor {
	r, w := io.Pipe()
	c := &compressor{r: r, w: w, done: make(chan struct{})}
	go c.pump()
	go c.feed(text)
	return c
}

func main() {
	harness.Every(10*time.Second, func() { compress(strings.Repeat("log line\n", 1000)) })
	harness.Run()
}
