// Package shutdownorder has a pool that waits for its workers before it tells them to end, as it should be.
package shutdownorder

import "sync"

type Pool struct {
	jobs chan func()
	wg   sync.WaitGroup
}

func New(n int) *Pool {
	p := &Pool{jobs: make(chan func())}
	for i := 0; i < n; i++ {
		p.wg.Add(1)
		go p.work()
	}
	return p
}
func (p *Pool) work() {
	defer p.wg.Done()
	for j := range p.jobs {
		j()
	}
}
func (p *Pool) Close() {
	close(p.jobs)
	p.wg.Wait()
}
