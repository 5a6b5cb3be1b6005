// B01: the state's description is asked for by a method that holds the same embedded lock.
package b01

import (
	"fmt"
	"sync"
	"testing"
)

type state struct {
	sync.Mutex
	running bool
	pid     int
}

func (s *state) describe() string {
	s.Lock() // want DL001
	defer s.Unlock()
	if s.running {
		return fmt.Sprintf("up (pid %d)", s.pid)
	}
	return "stopped"
}

type container struct {
	*state
	name string
	log  []string
}

func (c *container) start(pid int) error {
	c.Lock()
	defer c.Unlock()
	if c.running {
		return fmt.Errorf("%s is %s", c.name, c.describe())
	}
	c.running = true
	c.pid = pid
	c.log = append(c.log, "started "+c.name)
	return nil
}

func TestContainerState(t *testing.T) {
	c := &container{state: &state{}, name: "web"}
	if err := c.start(10); err != nil {
		t.Fatal(err)
	}
	if err := c.start(11); err == nil {
		t.Fatal("started twice")
	}
}
