package main

import (
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

// Client connects lazily and needs its peer to be ready.
type Client struct {
	name  string
	once  sync.Once
	peer  *Client
	ready bool
}

func (c *Client) init() {
	c.once.Do(func() { // MARK: BUG
		time.Sleep(150 * time.Millisecond)
		c.ready = c.peer.Ready()
	})
}

// Ready connects if needed.
func (c *Client) Ready() bool {
	c.init()
	return true
}

func main() {
	users, billing := &Client{name: "users"}, &Client{name: "billing"}
	users.peer, billing.peer = billing, users
	go users.Ready()
	go billing.Ready()
	time.Sleep(400 * time.Millisecond)
	harness.Every(10*time.Second, func() { go users.Ready() })
	harness.Run()
}
