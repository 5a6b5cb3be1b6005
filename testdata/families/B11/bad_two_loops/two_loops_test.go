// B11: two loops send to each other from within the handling of a message.
package b11

import (
	"testing"
)

type note struct {
	text string
	hops int
}

type actor struct {
	name  string
	inbox chan note
	other *actor
	seen  int
	limit int
}

func (a *actor) run(done chan<- string) {
	for n := range a.inbox {
		a.seen++
		if n.hops > 0 {
			a.other.inbox <- note{n.text, n.hops - 1} // want DL008|GL002|DL007
		}
		if a.seen == a.limit {
			break
		}
	}
	done <- a.name
}

func TestTwoLoops(t *testing.T) {
	a := &actor{name: "a", inbox: make(chan note), limit: 2}
	b := &actor{name: "b", inbox: make(chan note), limit: 2, other: a}
	a.other = b
	done := make(chan string)
	go a.run(done)
	go b.run(done)
	a.inbox <- note{"x", 1}
	b.inbox <- note{"y", 1}
	<-done // want DL008|GL003
	<-done
}
