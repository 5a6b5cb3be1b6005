// B11: two loops talk to each other, but never both at once: one sends, the other answers.
package b11

import (
	"testing"
)

type player struct {
	in, out chan int
}

func (p player) serve(rounds int) {
	for i := 0; i < rounds; i++ {
		p.out <- i
		<-p.in
	}
	close(p.out)
}

func (p player) back() {
	for n := range p.in {
		p.out <- n + 1
	}
}

func TestPingPong(t *testing.T) {
	ping, pong := make(chan int), make(chan int)
	go player{in: ping, out: pong}.back()
	player{in: pong, out: ping}.serve(2)
}
