package main

import (
	"fmt"
	"time"
)

type transcoder struct {
	frames  []int
	elapsed time.Duration
	err     error
}

func (t *transcoder) run(n int) {
	begin := time.Now()
	for i := 0; i < n; i++ {
		t.frames = append(t.frames, i*i)
	}
	t.elapsed = time.Since(begin) // MARK: WRITE
}

func (t *transcoder) result() (int, time.Duration) {
	return len(t.frames), t.elapsed // MARK: READ
}

func main() {
	t := &transcoder{}
	go t.run(100)
	time.Sleep(200 * time.Millisecond)
	n, _ := t.result()
	fmt.Println(n, "frames")
}
