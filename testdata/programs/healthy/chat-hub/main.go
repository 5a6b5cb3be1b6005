package main

import (
	"math/rand"
	"time"

	"fixtures.test/programs/internal/harness"
)

// Hub owns the set of clients; nobody else touches it.
type Hub struct {
	join, leave chan *client
	lines       chan string
}

type client struct {
	hub *Hub
	out chan string
}

func (h *Hub) run() {
	clients := make(map[*client]bool)
	for {
		select {
		case c := <-h.join:
			clients[c] = true
		case c := <-h.leave:
			delete(clients, c)
			close(c.out)
		case line := <-h.lines:
			for c := range clients {
				select {
				case c.out <- line:
				default: // a slow client misses lines
				}
			}
		}
	}
}

// talk is a client's visit.
func (c *client) talk(stay time.Duration) {
	c.hub.join <- c
	go c.show()
	left := time.NewTimer(stay)
	defer left.Stop()
	say := time.NewTicker(700 * time.Millisecond)
	defer say.Stop()
	for {
		select {
		case <-say.C:
			c.hub.lines <- "hello"
		case <-left.C:
			c.hub.leave <- c
			return
		}
	}
}

func (c *client) show() {
	for range c.out {
	}
}

func main() {
	h := &Hub{join: make(chan *client), leave: make(chan *client), lines: make(chan string)}
	go h.run()
	for i := 0; i < 20; i++ {
		go func(seed int64) {
			r := rand.New(rand.NewSource(seed))
			for {
				c := &client{hub: h, out: make(chan string, 16)}
				c.talk(time.Duration(1000+r.Intn(9000)) * time.Millisecond)
			}
		}(int64(i))
	}
	harness.Run()
}
