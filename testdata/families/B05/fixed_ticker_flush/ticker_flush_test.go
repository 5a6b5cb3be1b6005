// B05: Close waits for the flusher with the lock held; the flusher, woken by its ticker, wants the lock first.
package b05

import (
	"sync"
	"testing"
	"time"
)

type writerTo interface {
	write(lines []string)
}

type discard struct{ n int }

func (d *discard) write(lines []string) { d.n += len(lines) }

type asyncLogger struct {
	sync.Mutex
	dst     writerTo
	lines   []string
	quit    chan struct{}
	flushed sync.WaitGroup
}

func newAsyncLogger(dst writerTo, every time.Duration) *asyncLogger {
	l := &asyncLogger{dst: dst, quit: make(chan struct{})}
	l.flushed.Add(1)
	go l.loop(every)
	return l
}

func (l *asyncLogger) loop(every time.Duration) {
	defer l.flushed.Done()
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			l.flush()
		case <-l.quit:
			return
		}
	}
}

func (l *asyncLogger) flush() {
	l.Lock()
	defer l.Unlock()
	l.dst.write(l.lines)
	l.lines = l.lines[:0]
}

func (l *asyncLogger) Print(s string) {
	l.Lock()
	defer l.Unlock()
	l.lines = append(l.lines, s)
}

func (l *asyncLogger) Close() {
	close(l.quit)
	l.flushed.Wait()
	l.Lock()
	defer l.Unlock()
	l.dst.write(l.lines)
}

func TestTickerFlush(t *testing.T) {
	l := newAsyncLogger(&discard{}, 200*time.Microsecond)
	l.Print("a")
	time.Sleep(200 * time.Microsecond)
	l.Close()
}
