// B15: Stop without a drain never waits.
package b15

import (
	"testing"
	"time"
)

type retry struct {
	attempts int
}

func (r *retry) do(f func() bool, pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	for i := 0; i < r.attempts; i++ {
		if f() {
			return true
		}
		<-timer.C
		timer.Reset(pause)
	}
	return false
}

func TestStopOnly(t *testing.T) {
	r := &retry{attempts: 3}
	n := 0
	if !r.do(func() bool { n++; return n == 2 }, time.Millisecond) {
		t.Error("not done")
	}
}
