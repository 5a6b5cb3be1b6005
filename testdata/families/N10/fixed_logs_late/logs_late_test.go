// N10: a goroutine logs with the handle of a test that may have ended.
package n10

import (
	"testing"
)

func watch(t *testing.T, events <-chan int, done chan<- bool) {
	defer close(done)
	for e := range events {
		t.Logf("event %d", e)
	}
}

func TestWatch(t *testing.T) {
	events := make(chan int, 3)
	done := make(chan bool)
	go watch(t, events, done)
	for i := 0; i < 3; i++ {
		events <- i
	}
	close(events)
	<-done
}
