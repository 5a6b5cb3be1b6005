package main

import (
	"sync/atomic"
	"time"

	"fixtures.test/programs/internal/harness"
)

// Scheduler runs tasks until it is stopped.
type Scheduler struct {
	stop chan struct{}
	runs int64
}

func (s *Scheduler) every(interval time.Duration, task func()) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			atomic.AddInt64(&s.runs, 1)
			task()
		case <-s.stop:
			return
		}
	}
}

func flush()         { time.Sleep(time.Millisecond) }
func renewLease()    { time.Sleep(2 * time.Millisecond) }
func collectStats()  { time.Sleep(5 * time.Millisecond) }
func rotateLog()     {}
func nightlyReport() {}

func main() {
	s := &Scheduler{stop: make(chan struct{})}
	defer close(s.stop)
	go s.every(50*time.Millisecond, flush)
	go s.every(2*time.Second, renewLease)
	go s.every(15*time.Second, collectStats)
	go s.every(10*time.Minute, rotateLog)
	go s.every(time.Hour, nightlyReport)
	harness.Run()
}
