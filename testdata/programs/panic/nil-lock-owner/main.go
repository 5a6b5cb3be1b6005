package main

import (
	"fmt"
	"sync"
)

// Tracer collects spans; nil when tracing is off.
type Tracer struct {
	name  string
	mu    sync.Mutex
	spans []string
}

// Span records a span.
func (t *Tracer) Span(name string) {
	t.mu.Lock() // MARK: BUG
	defer t.mu.Unlock()
	t.spans = append(t.spans, name)
}

// Flush empties the tracer.
func (t *Tracer) Flush() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := len(t.spans)
	t.spans = nil
	return n
}

func newTracer(enabled bool) *Tracer {
	if !enabled {
		return nil
	}
	return &Tracer{name: "main"}
}

func handle(t *Tracer, path string) {
	t.Span("handle " + path)
	fmt.Println(path)
}

func main() {
	handle(newTracer(true), "/a")
	handle(newTracer(false), "/b")
}
