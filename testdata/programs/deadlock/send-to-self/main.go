package main

import "fmt"

type label struct {
	address string
	copies  int
}

type spooler struct {
	queue   chan label
	printed int
}

func (s *spooler) submit(l label) {
	s.queue <- l // MARK: BUG
}

func (s *spooler) submitAll(addresses []string) {
	for _, a := range addresses {
		s.submit(label{address: a, copies: 1})
	}
}

func (s *spooler) drain() {
	for {
		select {
		case l := <-s.queue:
			fmt.Println("label for", l.address)
			s.printed += l.copies
		default:
			return
		}
	}
}

func main() {
	s := &spooler{queue: make(chan label, 2)}
	s.submitAll([]string{"Main St 1", "Main St 2", "Main St 3"})
	s.drain()
	fmt.Println(s.printed, "labels")
}
