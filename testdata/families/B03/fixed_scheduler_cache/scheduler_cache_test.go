// B03: the scheduler locks itself, then the cache; evicting from the cache calls back into the scheduler.
package b03

import (
	"sync"
	"testing"
)

type pod struct {
	name string
	node string
}

type podCache struct {
	mu    sync.Mutex
	pods  map[string]*pod
	sched *podScheduler
}

type podScheduler struct {
	mu      sync.Mutex
	waiting []string
	cache   *podCache
}

func (s *podScheduler) assign(name, node string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cache.bind(&pod{name: name, node: node})
	for i, w := range s.waiting {
		if w == name {
			s.waiting = append(s.waiting[:i], s.waiting[i+1:]...)
			break
		}
	}
}

func (s *podScheduler) requeue(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting = append(s.waiting, name)
}

func (c *podCache) bind(p *pod) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pods[p.name] = p
}

func (c *podCache) evict(node string) {
	c.mu.Lock()
	var lost []string
	for name, p := range c.pods {
		if p.node == node {
			delete(c.pods, name)
			lost = append(lost, name)
		}
	}
	c.mu.Unlock()
	for _, name := range lost {
		c.sched.requeue(name)
	}
}

func TestSchedulerCache(t *testing.T) {
	s := &podScheduler{}
	c := &podCache{pods: map[string]*pod{"a": {name: "a", node: "n1"}}, sched: s}
	s.cache = c
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.evict("n1")
	}()
	s.assign("b", "n2")
	<-done
}
