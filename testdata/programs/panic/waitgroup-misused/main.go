package main

import (
	"fmt"
	"sync"
	"time"
)

type tracker struct {
	wg         sync.WaitGroup
	complaints int
}

func (t *tracker) enter() {
	t.wg.Add(1) // MARK: ADD
}

func (t *tracker) leave() {
	t.wg.Done() // MARK: DONE
}

// idle waits for a moment without requests; its own complaints about the wait
// group are only counted.
func (t *tracker) idle() {
	defer func() {
		if recover() != nil {
			t.complaints++
		}
	}()
	t.wg.Wait()
}

func (t *tracker) requests(deadline time.Time) {
	for time.Now().Before(deadline) {
		t.enter()
		t.leave()
	}
}

func main() {
	t := &tracker{}
	deadline := time.Now().Add(60 * time.Second)
	for i := 0; i < 4; i++ {
		go t.requests(deadline)
	}
	for time.Now().Before(deadline) {
		t.idle()
	}
	fmt.Println("idle")
}
