package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log"
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

// sink keeps the last lines of the log.
type sink struct {
	mu   sync.Mutex
	tail bytes.Buffer
}

func (s *sink) pump(r io.Reader) {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		s.keep(lines.Bytes())
	}
	if err := lines.Err(); err != nil {
		log.Print(err)
	}
}

func (s *sink) keep(line []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tail.Len() > 4096 {
		s.tail.Reset()
	}
	s.tail.Write(line)
	s.tail.WriteByte('\n')
}

func main() {
	s := new(sink)
	r, w := io.Pipe()
	go s.pump(r)
	for i := 0; i < 3; i++ {
		go func(task int) {
			for n := 0; ; n++ {
				if _, err := fmt.Fprintf(w, "task %d: step %d\n", task, n); err != nil {
					return
				}
				time.Sleep(40 * time.Millisecond)
			}
		}(i)
	}
	harness.Run()
}
