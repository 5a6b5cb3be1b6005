package main

import (
	"errors"
	"log"
	"time"

	"fixtures.test/programs/internal/harness"
)

var errQueueFull = errors.New("queue full")

type shipper struct {
	logger *log.Logger
	queue  chan []byte
}

func (s *shipper) enqueue(line []byte) error {
	select {
	case s.queue <- append([]byte(nil), line...):
		return nil
	default:
		return errQueueFull
	}
}

// Write implements io.Writer for the logger.
func (s *shipper) Write(line []byte) (int, error) {
	if err := s.enqueue(line); err != nil {
		s.logger.Printf("shipping log line: %v", err) // MARK: BUG
		return 0, err
	}
	return len(line), nil
}

func newLogger(capacity int) *log.Logger {
	s := &shipper{queue: make(chan []byte, capacity)}
	s.logger = log.New(s, "app ", log.LstdFlags)
	return s.logger
}

type handler struct{ log *log.Logger }

func (h *handler) handle(id int) {
	h.log.Printf("handled %d", id)
}

func main() {
	h := &handler{log: newLogger(2)}
	n := 0
	for ; n < 2; n++ {
		h.handle(n)
	}
	harness.Every(10*time.Second, func() {
		n++
		go h.handle(n)
	})
	harness.Run()
}
