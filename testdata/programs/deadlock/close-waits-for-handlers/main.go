package main

import (
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

// Pool tracks the connections that are being served.
type Pool struct {
	mu      sync.Mutex
	active  map[int]time.Time
	serving sync.WaitGroup
	closed  bool
}

func (p *Pool) enter(id int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return false
	}
	p.serving.Add(1)
	p.active[id] = time.Now()
	return true
}

func (p *Pool) leave(id int) {
	defer p.serving.Done()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.active, id)
}

func (p *Pool) serve(id int) {
	if !p.enter(id) {
		return
	}
	defer p.leave(id)
	time.Sleep(200 * time.Millisecond)
}

// Close refuses new connections and waits for the present ones.
func (p *Pool) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	p.serving.Wait() // MARK: WAIT
}

func main() {
	harness.Every(30*time.Second, func() {
		p := &Pool{active: make(map[int]time.Time)}
		for id := 0; id < 3; id++ {
			go p.serve(id)
		}
		time.Sleep(50 * time.Millisecond)
		go p.Close()
	})
	harness.Run()
}
