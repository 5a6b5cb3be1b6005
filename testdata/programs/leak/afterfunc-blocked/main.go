package main

import (
	"time"

	"fixtures.test/programs/internal/harness"
)

type ticket struct {
	id      int
	expired chan int
}

type deadline struct {
	t     *ticket
	timer *time.Timer
}

func (d *deadline) arm(after time.Duration) {
	d.timer = time.AfterFunc(after, d.expire)
}

func (d *deadline) expire() {
	d.t.expired <- d.t.id // MARK: BUG
}

// process handles a ticket; a slow one is reported as expired.
func process(t *ticket, cost time.Duration) string {
	d := &deadline{t: t}
	d.arm(10 * time.Millisecond)
	work := time.After(cost)
	select {
	case <-work:
		return "done"
	case <-t.expired:
		return "expired"
	}
}

func main() {
	id := 0
	harness.Every(10*time.Second, func() {
		id++
		process(&ticket{id: id, expired: make(chan int)}, 2*time.Millisecond)
		process(&ticket{id: -id, expired: make(chan int)}, 50*time.Millisecond)
	})
	harness.Run()
}
