// B08: the sends come first, and there is exactly as much room as they need.
package b08

import (
	"testing"
)

type token struct{ n int }

type limiter struct {
	tokens chan token
}

func newLimiter(n int) *limiter {
	l := &limiter{tokens: make(chan token, n)}
	for i := 0; i < n; i++ {
		l.tokens <- token{i}
	}
	return l
}

func (l *limiter) with(f func(token)) {
	tk := <-l.tokens
	defer func() { l.tokens <- tk }()
	f(tk)
}

func TestExactRoom(t *testing.T) {
	l := newLimiter(3)
	done := make(chan int, 4)
	for i := 0; i < 4; i++ {
		go l.with(func(tk token) { done <- tk.n })
	}
	for i := 0; i < 4; i++ {
		<-done
	}
}
