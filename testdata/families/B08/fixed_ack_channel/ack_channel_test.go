// B08: two acknowledgements go into room for one before anybody reads.
package b08

import (
	"testing"
)

type ack struct {
	offset int
	ok     bool
}

type producer struct {
	acks   chan ack
	offset int
}

func newProducer(buffer int) *producer {
	return &producer{acks: make(chan ack, buffer)}
}

func (p *producer) deliver(batch []string) {
	for range batch {
		p.offset++
		p.acks <- ack{offset: p.offset, ok: true}
	}
}

func (p *producer) drain(n int) int {
	last := 0
	for i := 0; i < n; i++ {
		last = (<-p.acks).offset
	}
	return last
}

func TestAckChannel(t *testing.T) {
	p := newProducer(2)
	batch := []string{"a", "b"}
	p.deliver(batch)
	if got := p.drain(len(batch)); got != 2 {
		t.Error(got)
	}
}
