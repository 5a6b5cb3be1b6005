// B05: the producer holds the lock over its send; the consumer's other case takes the lock and then leaves.
package b05

import (
	"sync"
	"testing"
)

type job struct{ id int }

type dispatcher struct {
	mu      sync.Mutex
	jobs    chan job
	stop    chan struct{}
	stopped bool
	handled int
}

func (d *dispatcher) enqueue(id int) bool {
	d.mu.Lock()
	stopped := d.stopped
	d.mu.Unlock()
	if stopped {
		return false
	}
	select {
	case d.jobs <- job{id}:
		return true
	case <-d.stop:
		return false
	}
}

func (d *dispatcher) run() {
	for {
		select {
		case <-d.jobs:
			d.mu.Lock()
			d.handled++
			d.mu.Unlock()
		case <-d.stop:
			return
		}
	}
}

func (d *dispatcher) shutdown() {
	close(d.stop)
	d.mu.Lock()
	d.stopped = true
	d.mu.Unlock()
}

func TestResultUnderLock(t *testing.T) {
	d := &dispatcher{jobs: make(chan job), stop: make(chan struct{})}
	go d.run()
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		for i := 0; i < 2; i++ {
			d.enqueue(i)
		}
	}()
	d.shutdown()
	wg.Wait()
}
