// B08: the loop that reads the events puts one into its own full queue.
package b08

import (
	"testing"
)

type command struct {
	name  string
	again bool
}

type machine struct {
	queue chan command
	log   []string
	done  chan struct{}
}

func (m *machine) submit(c command) {
	m.queue <- c
}

func (m *machine) loop() {
	defer close(m.done)
	for c := range m.queue {
		m.log = append(m.log, c.name)
		for c.again {
			c = command{name: c.name + "-retry"}
			m.log = append(m.log, c.name)
		}
		if len(m.log) >= 2 {
			return
		}
	}
}

func TestEventToSelf(t *testing.T) {
	m := &machine{queue: make(chan command), done: make(chan struct{})}
	go m.loop()
	m.submit(command{name: "start", again: true})
	<-m.done
}
