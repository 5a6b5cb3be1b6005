// B03: a child reports to its parent under its own lock; the parent resets its children under its own.
package b03

import (
	"sync"
	"testing"
)

type component interface {
	reset()
	status() string
}

type supervisor struct {
	sync.Mutex
	parts    []component
	failures int
}

func (s *supervisor) failed() {
	s.Lock()
	s.failures++
	s.Unlock()
}

func (s *supervisor) restartAll() {
	s.Lock()
	defer s.Unlock()
	for _, p := range s.parts {
		p.reset()
	}
	s.failures = 0
}

type pump struct {
	mu     sync.Mutex
	parent *supervisor
	errs   int
}

func (p *pump) reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.errs = 0
}

func (p *pump) status() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.errs > 0 {
		return "degraded"
	}
	return "ok"
}

func (p *pump) step(ok bool) {
	p.mu.Lock()
	if !ok {
		p.errs++
	}
	p.mu.Unlock()
	if !ok {
		p.parent.failed()
	}
}

func TestParentChild(t *testing.T) {
	s := &supervisor{}
	for i := 0; i < 2; i++ {
		s.parts = append(s.parts, &pump{parent: s})
	}
	var wg sync.WaitGroup
	wg.Add(2)
	go func() {
		defer wg.Done()
		s.parts[1].(*pump).step(false)
	}()
	go func() {
		defer wg.Done()
		s.restartAll()
	}()
	wg.Wait()
}
