//go:build go1.25

package clock

import (
	"testing"
	"testing/synctest"
)

func TestAlarm(t *testing.T) {
	c := New()
	go c.fire("tea")
	synctest.Test(t, func(t *testing.T) {
		c.alarms = make(chan string, 1)
		close(c.armed)
		<-c.rang
		if got := <-c.alarms; got != "tea" {
			t.Fatal(got)
		}
	})
}
