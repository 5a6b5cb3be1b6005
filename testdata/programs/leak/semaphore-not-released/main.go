package main

import (
	"errors"
	"fmt"
	"log"
	"time"

	"fixtures.test/programs/internal/harness"
)

var errTooLarge = errors.New("document too large")

type limiter chan struct{}

func (l limiter) acquire() {
	l <- struct{}{} // MARK: BUG
}

func (l limiter) release() { <-l }

type renderer struct {
	slots    limiter
	rendered int
}

func (r *renderer) render(doc string) (string, error) {
	r.slots.acquire()
	if len(doc) > 10 {
		return "", errTooLarge
	}
	defer r.slots.release()
	r.rendered++
	return "<pdf>" + doc + "</pdf>", nil
}

func main() {
	r := &renderer{slots: make(limiter, 4)}
	for i := 8; i < 15; i++ {
		go func(doc string) {
			if _, err := r.render(doc); err != nil {
				log.Print(err)
			}
		}(fmt.Sprintf("%0*d", i, 7))
	}
	time.Sleep(20 * time.Millisecond)
	harness.Every(10*time.Second, func() { go r.render("invoice") })
	harness.Run()
}
