// B02: the flush that a timer runs locks and finds nothing to do.
package b02

import (
	"sync"
	"testing"
	"time"
)

type sink interface {
	write(batch []string)
}

type memorySink struct{ lines []string }

func (m *memorySink) write(batch []string) { m.lines = append(m.lines, batch...) }

type buffer struct {
	mu      sync.Mutex
	pending []string
	out     sink
	timer   *time.Timer
	flushed chan struct{}
}

func newBuffer(out sink, every time.Duration) *buffer {
	b := &buffer{out: out, flushed: make(chan struct{}, 1)}
	b.timer = time.AfterFunc(every, b.flush)
	return b
}

func (b *buffer) flush() {
	b.mu.Lock()
	select {
	case b.flushed <- struct{}{}:
	default:
	}
	if len(b.pending) == 0 {
		b.mu.Unlock()
		return
	}
	b.out.write(b.pending)
	b.pending = nil
	b.mu.Unlock()
}

func (b *buffer) log(line string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pending = append(b.pending, line)
}

func TestTimerFlush(t *testing.T) {
	b := newBuffer(&memorySink{}, time.Millisecond)
	defer b.timer.Stop()
	<-b.flushed
	b.log("hello")
}
