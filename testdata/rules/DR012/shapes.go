// Package dr012 has what DR012 finds (inconsistent-guard), and what it does not.
package dr012

import (
	"sync"
	"sync/atomic"
)

type counter struct {
	mu sync.Mutex
	n  int
}

func (c *counter) Add(d int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n += d
}

func (c *counter) Reset() {
	c.mu.Lock()
	c.n = 0
	c.mu.Unlock()
}

func (c *counter) BadGet() int {
	return c.n // want DR012 "reads `n` without `mu`"
}

func (c *counter) OkGet() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}

type table struct {
	sync.RWMutex
	rows map[string]int
	name string
}

func (t *table) Put(k string, v int) {
	t.Lock()
	defer t.Unlock()
	t.rows[k] = v
}

func (t *table) Get(k string) int {
	t.RLock()
	defer t.RUnlock()
	return t.rows[k]
}

func (t *table) Drop(k string) {
	t.Lock()
	delete(t.rows, k)
	t.Unlock()
}

func (t *table) BadLen() int {
	return len(t.rows) // want DR012 "reads `rows`"
}

// The name is never changed.
func (t *table) OkName() string { return t.name }

type pool struct {
	mu   sync.Mutex
	idle []int
	size int
}

func newPool() *pool {
	p := &pool{size: 3}
	p.idle = append(p.idle, 1)
	p.fill()
	return p
}

// Only the constructor calls it.
func (p *pool) fill() { p.idle = append(p.idle, 2) }

func (p *pool) Take() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.idle) == 0 {
		p.grow()
	}
	n := p.idle[0]
	p.idle = p.idle[1:]
	return n
}

// All of its callers hold the lock.
func (p *pool) grow() {
	p.size++
	p.idle = append(p.idle, p.size)
}

func (p *pool) Give(n int) {
	p.mu.Lock()
	p.idle = append(p.idle, n)
	p.mu.Unlock()
	if n > 5 {
		p.drop()
	}
}

func (p *pool) drop() {
	p.idle = nil // want DR012 "writes `idle` without `mu`"
}

func (p *pool) BadPeek() int {
	return p.idle[0] // want DR012 "reads `idle`"
}

func OkPool() int { return newPool().Take() }

type replica struct {
	mu struct {
		sync.Mutex
		term  int
		votes int
	}
	hits atomic.Int64
}

func (r *replica) Vote(term int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if term < r.mu.term {
		return false
	}
	r.mu.term = term
	r.mu.votes++
	r.hits.Add(1)
	return true
}

func (r *replica) Step() {
	r.mu.Lock()
	r.mu.term++
	r.mu.votes = 0
	r.mu.Unlock()
}

func (r *replica) BadTerm() int {
	return r.mu.term // want DR012 "reads `term` without `mu.Mutex`"
}

func (r *replica) OkHits() int64 { return r.hits.Load() }

type session struct {
	mu     sync.Mutex
	closed bool
	queue  []string
}

func (s *session) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.queue = nil
}

func (s *session) Send(m string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.queue = append(s.queue, m)
	return true
}

func (s *session) BadEarlyReturn() int {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return 0
	}
	s.mu.Unlock()
	return len(s.queue) // want DR012 "reads `queue`"
}

func (s *session) BadBranch(really bool) {
	if really {
		s.mu.Lock()
		defer s.mu.Unlock()
	}
	s.closed = true // want DR012 "writes `closed`"
}

func (s *session) drainLocked() []string {
	q := s.queue
	s.queue = nil
	return q
}

// rest is called with s.mu held.
func (s *session) rest() int { return len(s.queue) }

func (s *session) OkDrain() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.drainLocked()) + s.rest()
}

type sampler struct {
	mu   sync.Mutex
	last int
	seen int
}

// Who writes may read what only it writes.
func (s *sampler) OkRun(in <-chan int) {
	for n := range in {
		if n != s.last {
			s.mu.Lock()
			s.last = n
			s.seen = s.last
			s.mu.Unlock()
		}
	}
}

func (s *sampler) Last() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}

type pair struct {
	a, b sync.Mutex
	x    int
}

func (p *pair) Inc() {
	p.a.Lock()
	p.x++
	p.a.Unlock()
}

func (p *pair) Dec() {
	p.a.Lock()
	p.x--
	p.a.Unlock()
}

// Under the other lock: which of them guards it is not known.
func (p *pair) FN_OtherLock() int {
	p.b.Lock()
	defer p.b.Unlock()
	return p.x
}
