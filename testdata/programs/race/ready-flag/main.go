package main

import (
	"fmt"
	"time"
)

type server struct {
	addr  string
	ready bool
}

func (s *server) start() {
	time.Sleep(5 * time.Millisecond)
	s.addr = "127.0.0.1:8080"
	s.ready = true // MARK: SET
}

func (s *server) waitReady() string {
	for i := 0; i < 200 && !s.ready; i++ { // MARK: POLL
		time.Sleep(time.Millisecond)
	}
	return s.addr
}

func main() {
	s := &server{}
	go s.start()
	fmt.Println(s.waitReady() != "")
}
