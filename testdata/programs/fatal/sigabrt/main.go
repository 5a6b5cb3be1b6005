package main

import (
	"fmt"
	"sync/atomic"
	"syscall"
	"time"
)

type watchdog struct {
	beat  int64
	limit time.Duration
}

func (w *watchdog) watch() {
	for last := int64(-1); ; {
		time.Sleep(w.limit)
		now := atomic.LoadInt64(&w.beat)
		if now == last {
			fmt.Println("watchdog: no heartbeat, aborting")
			syscall.Kill(syscall.Getpid(), syscall.SIGABRT)
		}
		last = now
	}
}

func main() {
	syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{})
	w := &watchdog{limit: 30 * time.Millisecond}
	go w.watch()
	for i := 0; i < 5; i++ {
		atomic.AddInt64(&w.beat, 1)
		time.Sleep(10 * time.Millisecond)
	}
	time.Sleep(time.Hour)
}
