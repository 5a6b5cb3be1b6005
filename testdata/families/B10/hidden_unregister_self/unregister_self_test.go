// B10: connections unregister at a hub which ends after the first of them.
package b10

import (
	"sync"
	"testing"
)

type client interface {
	serve()
}

type chatHub struct {
	register   chan client
	unregister chan client
	clients    map[client]bool
	ended      chan struct{}
}

func (h *chatHub) run() {
	defer close(h.ended)
	for {
		select {
		case c := <-h.register:
			h.clients[c] = true
		case c := <-h.unregister:
			delete(h.clients, c)
			return
		}
	}
}

type chatClient struct {
	hub  *chatHub
	name string
	wg   *sync.WaitGroup
}

func (c *chatClient) serve() {
	defer c.wg.Done()
	defer func() { c.hub.unregister <- c }() // want GL002|DL008
}

func TestUnregisterSelf(t *testing.T) {
	h := &chatHub{
		register:   make(chan client),
		unregister: make(chan client),
		clients:    map[client]bool{},
		ended:      make(chan struct{}),
	}
	go h.run()
	var wg sync.WaitGroup
	var all []client
	for _, name := range []string{"a", "b"} {
		wg.Add(1)
		c := &chatClient{h, name, &wg}
		all = append(all, c)
		h.register <- c
	}
	for _, c := range all {
		go c.serve()
	}
	wg.Wait() // want GL008|DL008
	<-h.ended
}
