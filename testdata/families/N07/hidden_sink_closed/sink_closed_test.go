// N07: the sink's closer runs when the first of two writers has ended.
package n07

import (
	"sync"
	"testing"
)

type lineSink interface {
	put(line string)
	end()
}

type chanSink struct {
	lines chan string
}

func (c *chanSink) put(line string) { c.lines <- line } // want PN001
func (c *chanSink) end()            { close(c.lines) }  // want PN002

type copier struct {
	sink lineSink
	once sync.Once
	wg   sync.WaitGroup
}

func (c *copier) copy(lines []string) {
	defer c.wg.Done()
	defer c.once.Do(c.sink.end)
	for _, l := range lines {
		c.sink.put(l)
	}
}

func TestSinkClosed(t *testing.T) {
	sink := &chanSink{lines: make(chan string, 4)}
	c := &copier{sink: sink}
	c.wg.Add(2)
	go c.copy([]string{"a"})
	go c.copy([]string{"b"})
	c.wg.Wait()
	for range sink.lines {
	}
}
