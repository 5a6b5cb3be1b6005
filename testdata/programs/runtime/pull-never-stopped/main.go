//go:build go1.23

package main

import (
	"iter"
	"strings"
	"time"

	"fixtures.test/programs/internal/harness"
)

// Scanner splits a text into lines.
type Scanner struct {
	text string
}

func (s *Scanner) lines(yield func(string) bool) {
	for _, l := range strings.Split(s.text, "\n") {
		if !yield(l) { // MARK: BUG
			return
		}
	}
}

var open []func() (string, bool)

// firstLine keeps next for a later call that never comes.
func firstLine(text string) string {
	s := &Scanner{text: text}
	next, _ := iter.Pull(iter.Seq[string](s.lines))
	open = append(open, next)
	line, _ := next()
	return line
}

func main() {
	harness.Every(10*time.Second, func() { firstLine("From: ann\nTo: bob\n") })
	harness.Run()
}
