package main

import (
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

// Driver loads its catalogue on first use.
type Driver struct {
	mu      sync.Mutex
	once    sync.Once
	catalog []string
	uses    int
}

func (d *Driver) load() {
	time.Sleep(200 * time.Millisecond)
	d.mu.Lock() // MARK: ONCE
	defer d.mu.Unlock()
	d.catalog = []string{"a", "b"}
}

// Tables lists the tables.
func (d *Driver) Tables() []string {
	d.once.Do(d.load)
	return d.catalog
}

// Info counts a use and returns the number of tables.
func (d *Driver) Info() (uses, tables int) {
	d.mu.Lock() // MARK: MUTEX
	defer d.mu.Unlock()
	d.uses++
	return d.uses, len(d.Tables())
}

func main() {
	harness.Every(20*time.Second, func() {
		d := &Driver{}
		go d.Tables()
		time.Sleep(50 * time.Millisecond)
		go d.Info()
		time.Sleep(50 * time.Millisecond)
		go d.Info()
	})
	harness.Run()
}
