package main

import (
	"fmt"
	"time"

	"fixtures.test/programs/internal/harness"
)

type registration struct {
	name  string
	reply chan int
}

type registry struct {
	requests chan registration
	quit     chan struct{}
	ids      map[string]int
}

func newRegistry() *registry {
	r := &registry{
		requests: make(chan registration),
		quit:     make(chan struct{}),
		ids:      make(map[string]int),
	}
	go r.loop()
	return r
}

func (r *registry) loop() {
	for {
		select {
		case req := <-r.requests:
			id, ok := r.ids[req.name]
			if !ok {
				id = len(r.ids) + 1
				r.ids[req.name] = id
			}
			req.reply <- id
		case <-r.quit:
			return
		}
	}
}

func (r *registry) register(name string) int {
	req := registration{name: name, reply: make(chan int)}
	r.requests <- req // MARK: BUG
	return <-req.reply
}

func (r *registry) Close() { close(r.quit) }

func main() {
	r := newRegistry()
	r.register("node-0")
	r.Close()
	n := 0
	harness.Every(10*time.Second, func() {
		n++
		go r.register(fmt.Sprintf("node-%d", n))
	})
	harness.Run()
}
