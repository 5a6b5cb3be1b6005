package main

import (
	"crypto/sha256"
	"fmt"
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

type thumbnail struct {
	picture string
	done    func(sum [32]byte)
}

// Renderer is a fixed set of workers that live as long as the process.
type Renderer struct {
	queue chan thumbnail
}

func NewRenderer(workers int) *Renderer {
	r := &Renderer{queue: make(chan thumbnail, 64)}
	for i := 0; i < workers; i++ {
		go r.work()
	}
	return r
}

func (r *Renderer) work() {
	for t := range r.queue {
		t.done(sha256.Sum256([]byte(t.picture)))
	}
}

// RenderAll waits until all pictures are done.
func (r *Renderer) RenderAll(pictures []string) {
	var wg sync.WaitGroup
	for _, p := range pictures {
		wg.Add(1)
		r.queue <- thumbnail{picture: p, done: func([32]byte) { wg.Done() }}
	}
	wg.Wait()
}

func main() {
	r := NewRenderer(16)
	upload := 0
	// A customer uploads an album once a minute: between uploads nobody has work.
	harness.Every(time.Minute, func() {
		upload++
		r.RenderAll([]string{fmt.Sprintf("album-%d/1", upload), fmt.Sprintf("album-%d/2", upload)})
	})
	harness.Run()
}
