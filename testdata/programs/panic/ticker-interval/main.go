package main

import (
	"fmt"
	"time"
)

type scheduler struct {
	settings map[string]time.Duration
}

func (s *scheduler) every(name string, runs int, f func()) {
	t := time.NewTicker(s.settings[name]) // MARK: BUG
	defer t.Stop()
	for i := 0; i < runs; i++ {
		<-t.C
		f()
	}
}

func main() {
	s := &scheduler{settings: map[string]time.Duration{"poll": time.Millisecond}}
	s.every("poll", 2, func() { fmt.Println("poll") })
	s.every("sweep", 2, func() { fmt.Println("sweep") })
}
