// B10: the sequencer leaves when it is idle; the next append waits for its acknowledgement.
package b10

import (
	"testing"
	"time"
)

type appendReq struct {
	line string
	ack  chan int
}

type sequencer struct {
	reqs   chan appendReq
	idle   time.Duration
	offset int
}

func (s *sequencer) run() {
	for {
		select {
		case r := <-s.reqs:
			s.offset++
			r.ack <- s.offset
		case <-time.After(s.idle):
			return
		}
	}
}

func (s *sequencer) append(line string) int {
	r := appendReq{line, make(chan int, 1)}
	select {
	case s.reqs <- r:
		return <-r.ack
	case <-time.After(10 * s.idle):
		return -1
	}
}

func TestAckAfterTimeout(t *testing.T) {
	s := &sequencer{reqs: make(chan appendReq), idle: time.Millisecond}
	go s.run()
	s.append("a")
	s.append("b")
}
