package main

import (
	"context"
	"sync/atomic"
	"time"

	"fixtures.test/programs/internal/harness"
)

// Limiter hands out a token every interval.
type Limiter struct{ tokens chan struct{} }

func NewLimiter(interval time.Duration, burst int) *Limiter {
	l := &Limiter{tokens: make(chan struct{}, burst)}
	go l.fill(interval)
	return l
}

func (l *Limiter) fill(interval time.Duration) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for range ticker.C {
		select {
		case l.tokens <- struct{}{}:
		default:
		}
	}
}

// Wait takes a token.
func (l *Limiter) Wait(ctx context.Context) error {
	select {
	case <-l.tokens:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

type sender struct {
	limiter       *Limiter
	sent, dropped int64
}

func (s *sender) loop() {
	for {
		ctx, cancel := context.WithTimeout(context.Background(), 400*time.Millisecond)
		if s.limiter.Wait(ctx) == nil {
			atomic.AddInt64(&s.sent, 1)
		} else {
			atomic.AddInt64(&s.dropped, 1)
		}
		cancel()
	}
}

func main() {
	s := &sender{limiter: NewLimiter(30*time.Millisecond, 5)}
	for i := 0; i < 15; i++ {
		go s.loop()
	}
	harness.Run()
}
