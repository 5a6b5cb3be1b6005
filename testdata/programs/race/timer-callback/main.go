package main

import (
	"fmt"
	"time"
)

type session struct {
	user    string
	live    bool
	touched int
}

func (s *session) expire() {
	s.live = false // MARK: EXPIRE
}

func (s *session) touch() {
	if s.live { // MARK: TOUCH
		s.touched++
	}
}

func main() {
	s := &session{user: "ann", live: true}
	t := time.AfterFunc(3*time.Millisecond, s.expire)
	defer t.Stop()
	for i := 0; i < 10; i++ {
		s.touch()
		time.Sleep(time.Millisecond)
	}
	fmt.Println(s.touched > 0)
}
