package main

import (
	"errors"
	"log"
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

var errName = errors.New("empty user name")

// Sessions knows who is logged in.
type Sessions struct {
	mu   sync.Mutex
	last map[string]time.Time
}

// Login opens a session.
func (s *Sessions) Login(user string) error {
	s.mu.Lock() // MARK: LOGIN
	if user == "" {
		return errName
	}
	s.last[user] = time.Now()
	s.mu.Unlock()
	return nil
}

// Touch keeps a session open.
func (s *Sessions) Touch(user string) {
	s.mu.Lock() // MARK: TOUCH
	defer s.mu.Unlock()
	if _, ok := s.last[user]; ok {
		s.last[user] = time.Now()
	}
}

func main() {
	s := &Sessions{last: make(map[string]time.Time)}
	for _, user := range []string{"ann", "bob", ""} {
		if err := s.Login(user); err != nil {
			log.Print(err)
		}
	}
	n := 0
	harness.Every(10*time.Second, func() {
		if n++; n%3 == 0 {
			go s.Login("eve")
		} else {
			go s.Touch("ann")
		}
	})
	harness.Run()
}
