//go:build go1.25

package poller

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestFirstNews(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := Start(func() string { return "rain" }, 5)
		if got := <-p.out; got != "rain" {
			t.Fatal(got)
		}
		time.Sleep(10 * time.Second)
	})
}
