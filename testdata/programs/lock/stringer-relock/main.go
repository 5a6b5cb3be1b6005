package main

import (
	"fmt"
	"log"
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

// Conn is a database connection with a state.
type Conn struct {
	mu    sync.Mutex
	id    int
	state string
}

// String shows the connection in logs.
func (c *Conn) String() string {
	c.mu.Lock() // MARK: BUG
	defer c.mu.Unlock()
	return fmt.Sprintf("conn %d (%s)", c.id, c.state)
}

func (c *Conn) setState(state string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state == "broken" {
		log.Printf("%v: ignoring %s", c, state)
		return
	}
	c.state = state
}

func main() {
	n := 0
	harness.Every(10*time.Second, func() {
		n++
		c := &Conn{id: n, state: "idle"}
		c.setState("broken")
		go c.setState("idle")
	})
	harness.Run()
}
