// B05: get waits for a free slot with the pool locked; giving one back needs the lock.
package b05

import (
	"errors"
	"sync"
	"testing"
)

type session struct {
	id   int
	uses int
}

type sessionPool struct {
	mu     sync.Mutex
	slots  chan struct{}
	idle   []*session
	nextID int
	closed bool
}

func newSessionPool(size int) *sessionPool {
	return &sessionPool{slots: make(chan struct{}, size)}
}

var errPoolClosed = errors.New("pool closed")

func (p *sessionPool) get() (*session, error) {
	p.slots <- struct{}{}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		<-p.slots
		return nil, errPoolClosed
	}
	if n := len(p.idle); n > 0 {
		s := p.idle[n-1]
		p.idle = p.idle[:n-1]
		return s, nil
	}
	p.nextID++
	return &session{id: p.nextID}, nil
}

func (p *sessionPool) put(s *session) {
	p.mu.Lock()
	p.idle = append(p.idle, s)
	p.mu.Unlock()
	<-p.slots
}

func TestConnPool(t *testing.T) {
	p := newSessionPool(1)
	var wg sync.WaitGroup
	for i := 0; i < 2; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			s, err := p.get()
			if err != nil {
				t.Error(err)
				return
			}
			s.uses++
			p.put(s)
		}()
	}
	wg.Wait()
}
