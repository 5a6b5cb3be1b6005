package main

import (
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"fixtures.test/programs/internal/harness"
)

type job struct {
	signals chan os.Signal
	aborted int32
}

func (j *job) abortOnSignal() {
	<-j.signals // MARK: BUG
	atomic.StoreInt32(&j.aborted, 1)
}

func (j *job) run(rows int) int {
	total := 0
	for i := 0; i < rows; i++ {
		if atomic.LoadInt32(&j.aborted) == 1 {
			break
		}
		total += i
	}
	return total
}

func runJob(rows int) int {
	j := &job{signals: make(chan os.Signal, 1)}
	signal.Notify(j.signals, syscall.SIGUSR1)
	go j.abortOnSignal()
	return j.run(rows)
}

func main() {
	harness.Every(10*time.Second, func() { runJob(1000) })
	harness.Run()
}
