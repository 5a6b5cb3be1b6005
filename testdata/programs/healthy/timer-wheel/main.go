package main

import (
	"math/rand"
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

// Sessions forgets a user some seconds after the last sign of life.
type Sessions struct {
	mu     sync.Mutex
	timers map[int]*time.Timer
	ended  int
}

func (s *Sessions) touch(user int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t, known := s.timers[user]; known {
		t.Reset(5 * time.Second)
		return
	}
	s.timers[user] = time.AfterFunc(5*time.Second, func() { s.end(user) })
}

func (s *Sessions) end(user int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.timers, user)
	s.ended++
}

func main() {
	s := &Sessions{timers: make(map[int]*time.Timer)}
	go func() {
		r := rand.New(rand.NewSource(1))
		for {
			s.touch(r.Intn(600))
			time.Sleep(10 * time.Millisecond)
		}
	}()
	harness.Run()
}
