// B08: a full queue loses its oldest entry before the next send.
package b08

import (
	"testing"
)

type ringLog struct {
	lines chan string
}

func (r *ringLog) add(line string) {
	for {
		select {
		case r.lines <- line:
			return
		default:
		}
		select {
		case <-r.lines:
		default:
		}
	}
}

func TestDropOldest(t *testing.T) {
	r := &ringLog{lines: make(chan string, 2)}
	for _, l := range []string{"a", "b", "c", "d"} {
		r.add(l)
	}
	if got := <-r.lines; got != "c" {
		t.Error(got)
	}
}
