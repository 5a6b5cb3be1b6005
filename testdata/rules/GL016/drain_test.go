package gl016

import (
	"testing"
	"time"
)

func OkFatal(t *testing.T, ready func() bool) {
	timer := time.NewTimer(time.Second)
	for !ready() {
		select {
		case <-timer.C:
			t.Fatal("too late")
		default:
		}
	}
	if !timer.Stop() {
		<-timer.C
	}
}

func BadFatal(t *testing.T, ready chan bool) {
	timer := time.NewTimer(time.Second)
	defer func() {
		if !timer.Stop() {
			<-timer.C // want GL016 "taken already"
		}
	}()
	select {
	case <-ready:
	case <-timer.C:
		t.Fatal("too late")
	}
}
