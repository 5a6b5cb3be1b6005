// N02: the error that ends a pipe is set without the lock, before the broadcast, corrected.
package n02

import (
	"sync"
	"testing"
)

type pipe struct {
	mu  sync.Mutex
	c   sync.Cond
	buf []byte
	err error
}

func newPipe() *pipe { p := &pipe{}; p.c.L = &p.mu; return p }
func (p *pipe) write(b []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.buf = append(p.buf, b...)
	p.c.Signal()
}
func (p *pipe) read(n int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.buf) == 0 && p.err == nil {
		p.c.Wait()
	}
	return copy(make([]byte, n), p.buf)
}
func (p *pipe) close(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.err = err
	p.c.Broadcast()
}
func TestPipe(t *testing.T) {
	p := newPipe()
	done := make(chan int)
	go func() { done <- p.read(4) }()
	p.write([]byte("ab"))
	p.close(nil)
	<-done
}
