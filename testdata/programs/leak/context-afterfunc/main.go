//go:build go1.21

package main

import (
	"context"
	"time"

	"fixtures.test/programs/internal/harness"
)

type upload struct {
	id      int
	aborted chan int
	parts   int
}

func (u *upload) abort() {
	u.aborted <- u.id // MARK: BUG
}

func (u *upload) send(ctx context.Context) bool {
	context.AfterFunc(ctx, u.abort)
	for u.parts < 3 {
		select {
		case <-u.aborted:
			return false
		default:
			u.parts++
		}
	}
	return true
}

func serve(id int) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	(&upload{id: id, aborted: make(chan int)}).send(ctx)
}

func main() {
	id := 0
	harness.Every(10*time.Second, func() {
		id++
		serve(id)
	})
	harness.Run()
}
