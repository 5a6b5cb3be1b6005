package main

import (
	"fmt"
	"sync"
)

type stage struct {
	name string
	in   chan int
	out  chan int
}

func (s *stage) next() int {
	return <-s.in // MARK: BUG
}

func (s *stage) run(wg *sync.WaitGroup) {
	defer wg.Done()
	for v := s.next(); v > 0; v = s.next() {
		s.out <- v * v
	}
}

func main() {
	first := make(chan int, 3)
	stages := []*stage{{name: "square", in: first, out: make(chan int, 3)}, {name: "print"}}
	var wg sync.WaitGroup
	for _, s := range stages {
		wg.Add(1)
		go s.run(&wg)
	}
	for v := 2; v >= 0; v-- {
		first <- v
	}
	wg.Wait()
	fmt.Println("done")
}
