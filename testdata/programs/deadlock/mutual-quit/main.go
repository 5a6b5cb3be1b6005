package main

import "fmt"

type tailer struct {
	lines    chan string
	finished chan int
	release  chan struct{}
}

func (t *tailer) run() {
	n := 0
	for range t.lines {
		n++
	}
	<-t.release // MARK: TAIL
	t.finished <- n
}

func main() {
	t := &tailer{
		lines:    make(chan string, 3),
		finished: make(chan int),
		release:  make(chan struct{}),
	}
	go t.run()
	for _, l := range []string{"GET /", "GET /a", "POST /b"} {
		t.lines <- l
	}
	close(t.lines)
	n := <-t.finished // MARK: MAIN
	close(t.release)
	fmt.Println(n, "lines")
}
