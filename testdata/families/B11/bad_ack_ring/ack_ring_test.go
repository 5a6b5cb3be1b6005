// B11: each of three relays sends on before it takes what is sent to it.
package b11

import (
	"sync"
	"testing"
)

type relay struct {
	id   int
	in   <-chan int
	out  chan<- int
	seen int
}

func (r *relay) round() {
	r.out <- r.id // want GL002|DL008
	r.seen = <-r.in
}

func connect(n, room int) []*relay {
	links := make([]chan int, n)
	for i := range links {
		links[i] = make(chan int, room)
	}
	var relays []*relay
	for i := 0; i < n; i++ {
		relays = append(relays, &relay{id: i, in: links[i], out: links[(i+1)%n]})
	}
	return relays
}

func TestAckRing(t *testing.T) {
	var wg sync.WaitGroup
	for _, r := range connect(3, 0) {
		wg.Add(1)
		go func(r *relay) {
			defer wg.Done()
			r.round()
		}(r)
	}
	wg.Wait() // want GL008|DL008
}
