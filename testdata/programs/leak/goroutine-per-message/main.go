package main

import (
	"fmt"
	"time"

	"fixtures.test/programs/internal/harness"
)

type record struct {
	key  string
	size int
}

type ingest struct {
	slots chan struct{}
	out   int
}

func (in *ingest) accept(r record) {
	go in.deliver(r)
}

func (in *ingest) deliver(r record) {
	in.slots <- struct{}{} // MARK: BUG
	in.write(r)
	<-in.slots
}

// write is the slow sink: about one record a second.
func (in *ingest) write(r record) {
	time.Sleep(time.Second)
	in.out += r.size
}

func main() {
	in := &ingest{slots: make(chan struct{}, 1)}
	n := 0
	harness.Every(10*time.Second, func() {
		for i := 0; i < 200; i++ {
			n++
			in.accept(record{key: fmt.Sprintf("k%06d", n), size: 512})
		}
	})
	harness.Run()
}
