package main

import (
	"fmt"
	"strings"
	"sync"
)

type status struct {
	text string
	seen int
}

func (s *status) set(phase string, done, total int) {
	s.text = fmt.Sprintf("%s: %d/%d", phase, done, total) // MARK: SET
}

func (s *status) show() {
	if strings.HasPrefix(s.text, "copy") { // MARK: SHOW
		s.seen++
	}
}

func main() {
	s := &status{}
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		for i := 0; i < 50; i++ {
			s.set("copy", i, 50)
		}
	}()
	for i := 0; i < 50; i++ {
		s.show()
	}
	wg.Wait()
	fmt.Println("done")
}
