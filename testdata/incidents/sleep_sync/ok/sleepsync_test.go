// Package sleepsync has a test that sleeps until a goroutine has probably ended, as it should be.
package sleepsync

import (
	"sync/atomic"
	"testing"
	"time"
)

func TestCount(t *testing.T) {
	var n atomic.Int32
	done := make(chan struct{})
	go func() { n.Add(1); close(done) }()
	<-done
	_ = time.Now
	if n.Load() != 1 {
		t.Error("no")
	}
}
