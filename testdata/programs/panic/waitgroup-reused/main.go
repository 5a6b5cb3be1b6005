package main

import (
	"fmt"
	"sync"
	"time"
)

type round struct {
	wg sync.WaitGroup
}

func (r *round) wait() {
	r.wg.Wait() // MARK: BUG
}

// play runs one round after the other on the same wait group.
func (r *round) play(deadline time.Time) int {
	n := 0
	for time.Now().Before(deadline) {
		r.wg.Add(1)
		for i := 0; i < 4; i++ {
			go r.wait()
		}
		time.Sleep(50 * time.Microsecond)
		r.wg.Done()
		n++
	}
	return n
}

func main() {
	r := &round{}
	fmt.Println(r.play(time.Now().Add(60 * time.Second)))
}
