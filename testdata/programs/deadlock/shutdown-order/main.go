package main

import "fmt"

type service struct {
	quit    chan struct{}
	flushed chan struct{}
	batches chan []byte
	written int
}

func (s *service) flush() {
	defer close(s.flushed)
	for {
		select { // MARK: FLUSH
		case b := <-s.batches:
			s.written += len(b)
		case <-s.quit:
			return
		}
	}
}

func (s *service) stop() {
	<-s.flushed // MARK: STOP
	close(s.quit)
}

func main() {
	s := &service{
		quit:    make(chan struct{}),
		flushed: make(chan struct{}),
		batches: make(chan []byte),
	}
	go s.flush()
	s.batches <- []byte("metrics")
	s.stop()
	fmt.Println(s.written)
}
