package main

import (
	"errors"
	"log"
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

var errBusy = errors.New("disk busy")

type disk struct{ busy bool }

// scrub starts a scrub and calls done at its end.
func (d *disk) scrub(done func()) error {
	if d.busy {
		return errBusy
	}
	d.busy = true
	time.AfterFunc(2*time.Millisecond, done)
	return nil
}

// Maintenance allows one operation at a time.
type Maintenance struct {
	mu   sync.Mutex
	disk disk
}

// Begin starts an operation that ends by itself.
func (m *Maintenance) Begin() error {
	m.mu.Lock() // MARK: BUG
	return m.disk.scrub(m.mu.Unlock)
}

func main() {
	m := &Maintenance{}
	for i := 0; i < 2; i++ {
		if err := m.Begin(); err != nil {
			log.Print(err)
		}
	}
	harness.Every(10*time.Second, func() { go m.Begin() })
	harness.Run()
}
