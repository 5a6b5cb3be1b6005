package main

import (
	"fmt"
	"time"
)

// Session ends after it has been idle for a while.
type Session struct {
	user string
	done chan struct{}
}

func open(user string, idle time.Duration) *Session {
	s := &Session{user: user, done: make(chan struct{})}
	time.AfterFunc(idle, s.Close)
	return s
}

// Close ends the session.
func (s *Session) Close() {
	close(s.done) // MARK: BUG
}

func (s *Session) download(chunks int) int {
	n := 0
	for ; n < chunks; n++ {
		select {
		case <-s.done:
			return n
		case <-time.After(5 * time.Millisecond):
		}
	}
	return n
}

func main() {
	s := open("ann", 12*time.Millisecond)
	defer s.Close()
	fmt.Println(s.download(20) < 20)
}
