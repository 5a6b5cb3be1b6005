package main

import (
	"sync/atomic"
	"time"

	"fixtures.test/programs/internal/harness"
)

type record struct{ offset int64 }

// Importer reads faster than the store can write: its sends wait, as they
// should.
type Importer struct {
	records chan record
	written int64
}

func (im *Importer) read() {
	for offset := int64(0); ; offset++ {
		im.records <- record{offset: offset}
	}
}

func (im *Importer) write() {
	for r := range im.records {
		store(r)
		atomic.AddInt64(&im.written, 1)
	}
}

func store(r record) { time.Sleep(25 * time.Millisecond) }

func main() {
	im := &Importer{records: make(chan record, 8)}
	for i := 0; i < 6; i++ {
		go im.read()
	}
	for i := 0; i < 2; i++ {
		go im.write()
	}
	harness.Run()
}
