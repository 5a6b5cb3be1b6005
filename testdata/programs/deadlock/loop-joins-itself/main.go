package main

import (
	"time"

	"fixtures.test/programs/internal/harness"
)

type command func(*Server)

// Server runs commands one after the other.
type Server struct {
	commands chan command
	quit     chan struct{}
	stopped  chan struct{}
	served   int
}

func newServer() *Server {
	s := &Server{
		commands: make(chan command, 4),
		quit:     make(chan struct{}),
		stopped:  make(chan struct{}),
	}
	go s.loop()
	return s
}

func (s *Server) loop() {
	defer close(s.stopped)
	for {
		select {
		case c := <-s.commands:
			c(s)
			s.served++
		case <-s.quit:
			return
		}
	}
}

// Shutdown stops the loop and waits for its end.
func (s *Server) Shutdown() {
	close(s.quit)
	<-s.stopped // MARK: BUG
}

func onFatalConfig(s *Server) {
	s.Shutdown()
}

func main() {
	harness.Every(10*time.Second, func() {
		s := newServer()
		s.commands <- func(s *Server) { s.served = 0 }
		s.commands <- onFatalConfig
	})
	harness.Run()
}
