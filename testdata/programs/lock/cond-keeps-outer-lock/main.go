package main

import (
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

type buffer struct {
	mu    sync.Mutex
	some  *sync.Cond
	items []int
}

func (b *buffer) take() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.items) == 0 {
		b.some.Wait() // MARK: WAIT
	}
	v := b.items[0]
	b.items = b.items[1:]
	return v
}

func (b *buffer) put(v int) {
	b.mu.Lock()
	b.items = append(b.items, v)
	b.mu.Unlock()
	b.some.Signal()
}

type broker struct {
	mu     sync.Mutex
	topics map[string]*buffer
}

func (br *broker) topic(name string) *buffer {
	b, ok := br.topics[name]
	if !ok {
		b = &buffer{}
		b.some = sync.NewCond(&b.mu)
		br.topics[name] = b
	}
	return b
}

func (br *broker) receive(name string) int {
	br.mu.Lock()
	defer br.mu.Unlock()
	return br.topic(name).take()
}

func (br *broker) publish(name string, v int) {
	br.mu.Lock()
	defer br.mu.Unlock()
	br.topic(name).put(v)
}

func main() {
	br := &broker{topics: make(map[string]*buffer)}
	go br.receive("orders")
	time.Sleep(100 * time.Millisecond)
	n := 0
	harness.Every(10*time.Second, func() {
		n++
		go br.publish("orders", n)
	})
	harness.Run()
}
