// Package latelog has a goroutine that logs after its test, as it should be.
package latelog

import (
	"testing"
	"time"
)

func poll(t *testing.T) { time.Sleep(time.Millisecond); t.Log("polled") }
func TestStart(t *testing.T) {
	done := make(chan struct{})
	go func() { defer close(done); poll(t) }()
	<-done
}
