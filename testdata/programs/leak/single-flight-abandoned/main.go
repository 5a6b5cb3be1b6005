package main

import (
	"fmt"
	"log"
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

type call struct {
	done  chan struct{}
	value string
}

// Flight merges concurrent loads of one key.
type Flight struct {
	mu    sync.Mutex
	calls map[string]*call
}

// Do returns the value that load gives for key.
func (f *Flight) Do(key string, load func(string) string) string {
	f.mu.Lock()
	if c, ok := f.calls[key]; ok {
		f.mu.Unlock()
		<-c.done // MARK: BUG
		return c.value
	}
	c := &call{done: make(chan struct{})}
	f.calls[key] = c
	f.mu.Unlock()

	c.value = load(key)
	close(c.done)

	f.mu.Lock()
	delete(f.calls, key)
	f.mu.Unlock()
	return c.value
}

func handle(f *Flight, key string) {
	defer func() {
		if r := recover(); r != nil {
			log.Printf("load %s: %v", key, r)
		}
	}()
	f.Do(key, func(k string) string {
		if k == "tenant:3" {
			panic(fmt.Sprintf("no shard for %s", k))
		}
		return "config of " + k
	})
}

func main() {
	f := &Flight{calls: make(map[string]*call)}
	n := 0
	harness.Every(10*time.Second, func() {
		n++
		go handle(f, "tenant:3")
		go handle(f, fmt.Sprintf("tenant:%d", 10+n))
	})
	harness.Run()
}
