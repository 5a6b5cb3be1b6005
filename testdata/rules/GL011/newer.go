//go:build go1.23

package gl011

import "time"

// BadAdvised is advice: the timer is freed from Go 1.23 on.
func BadAdvised(messages chan string) {
	for {
		select {
		case <-messages:
		case <-time.After(time.Minute): // want GL011 "leaves the last one running"
			return
		}
	}
}

// OkCollected has one timer.
func OkCollected(messages chan string) {
	timer := time.NewTimer(time.Minute)
	defer timer.Stop()
	for {
		select {
		case <-messages:
			timer.Reset(time.Minute)
		case <-timer.C:
			return
		}
	}
}
