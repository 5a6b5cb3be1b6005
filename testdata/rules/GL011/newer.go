//go:build go1.23

package gl011

import "time"

// OkCollected is freed from Go 1.23 on.
func OkCollected(messages chan string) {
	for {
		select {
		case <-messages:
		case <-time.After(time.Minute):
			return
		}
	}
}
