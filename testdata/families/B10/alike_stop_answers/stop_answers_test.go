// B10: the loop answers what is still asked while it stops, until everybody has been told.
package b10

import (
	"sync"
	"testing"
)

type lookup struct {
	name  string
	reply chan bool
}

type nameServer struct {
	lookups chan lookup
	names   map[string]bool
}

func (n *nameServer) run() {
	for l := range n.lookups {
		l.reply <- n.names[l.name]
	}
}

func (n *nameServer) has(name string) bool {
	l := lookup{name, make(chan bool)}
	n.lookups <- l
	return <-l.reply
}

func TestStopAnswers(t *testing.T) {
	n := &nameServer{lookups: make(chan lookup), names: map[string]bool{"a": true}}
	go n.run()
	var wg sync.WaitGroup
	for _, name := range []string{"a", "b"} {
		wg.Add(1)
		go func(name string) {
			defer wg.Done()
			n.has(name)
		}(name)
	}
	wg.Wait()
	close(n.lookups)
}
