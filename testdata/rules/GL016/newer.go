//go:build go1.23

package gl016

import "time"

func BadNewer(timer *time.Timer, wait time.Duration) {
	timer.Stop()
	<-timer.C // want GL016 "just stopped"
	timer.Reset(wait)
}
