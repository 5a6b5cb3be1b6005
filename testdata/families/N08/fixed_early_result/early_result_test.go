// N08: a sum is returned before the goroutine that computes it has ended.
package n08

import (
	"strings"
	"testing"
)

type report struct {
	lines int
	text  strings.Builder
}

func build(parts []string) *report {
	r := &report{}
	done := make(chan bool)
	go func() {
		defer close(done)
		for _, part := range parts {
			r.text.WriteString(part)
			r.lines++
		}
	}()
	<-done
	return r
}

func TestBuild(t *testing.T) {
	r := build([]string{"a", "b"})
	if r.lines > 2 {
		t.Error("too many")
	}
}
