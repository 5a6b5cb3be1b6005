package main

import (
	"fmt"
	"sync"
)

type device struct {
	id    int
	token string
}

type push struct {
	mu   sync.Mutex
	sent map[int]bool
}

func (p *push) send(d device) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent[d.id] = true
}

func notifyAll(p *push, devices []device) {
	var wg sync.WaitGroup
	for _, d := range devices { // MARK: LOOP
		wg.Add(1)
		go func() {
			defer wg.Done()
			p.send(d) // MARK: USE
		}()
	}
	wg.Wait()
}

func main() {
	p := &push{sent: make(map[int]bool)}
	notifyAll(p, []device{{1, "a"}, {2, "b"}, {3, "c"}, {4, "d"}})
	fmt.Println("notified", len(p.sent) > 0)
}
