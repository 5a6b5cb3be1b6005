//go:build go1.25

package batcher

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := New(time.Minute)
		b.Add("a")
		if n := b.Close(); n != 1 {
			t.Fatalf("last batch has %d items", n)
		}
	})
}
