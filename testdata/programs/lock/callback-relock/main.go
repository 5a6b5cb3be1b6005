package main

import (
	"fmt"
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

type observer func(name, addr string)

// Registry maps service names to addresses.
type Registry struct {
	mu        sync.Mutex
	addrs     map[string]string
	observers []observer
}

// Observe registers a function that is told about changes.
func (r *Registry) Observe(o observer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.observers = append(r.observers, o)
}

// Set changes an address.
func (r *Registry) Set(name, addr string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.addrs[name] = addr
	for _, o := range r.observers {
		o(name, addr)
	}
}

// Lookup returns an address.
func (r *Registry) Lookup(name string) string {
	r.mu.Lock() // MARK: BUG
	defer r.mu.Unlock()
	return r.addrs[name]
}

type balancer struct {
	registry *Registry
	upstream map[string]string
}

func (b *balancer) changed(name, addr string) {
	if fallback := b.registry.Lookup(name + "-backup"); fallback != "" {
		addr = fallback
	}
	b.upstream[name] = addr
}

func main() {
	r := &Registry{addrs: make(map[string]string)}
	b := &balancer{registry: r, upstream: make(map[string]string)}
	r.Observe(b.changed)
	n := 0
	harness.Every(10*time.Second, func() {
		n++
		go r.Set("billing", fmt.Sprintf("10.0.0.%d:80", n))
		go r.Lookup("billing")
	})
	harness.Run()
}
