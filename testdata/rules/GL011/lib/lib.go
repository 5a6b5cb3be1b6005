// Package lib waits for others.
package lib

import "time"

// Queue is read with a timeout.
type Queue struct {
	Items chan int
	Idle  time.Duration
}

// Drain takes items until there are none for a while.
func (q *Queue) BadDrain(use func(int)) {
	for {
		select {
		case item, ok := <-q.Items:
			if !ok {
				return
			}
			use(item)
		case <-time.After(q.Idle): // want GL011 "each round of the loop"
			return
		}
	}
}
