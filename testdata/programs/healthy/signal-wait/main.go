package main

import (
	"context"
	"log"
	"os"
	"os/signal"
	"syscall"
	"time"

	"fixtures.test/programs/internal/harness"
)

// mirror copies what changed, until ctx ends.
func mirror(ctx context.Context, finished chan<- struct{}) {
	defer close(finished)
	for ctx.Err() == nil {
		copyChanges()
		pause := time.NewTimer(3 * time.Second)
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
		}
	}
}

func copyChanges() { time.Sleep(20 * time.Millisecond) }

func main() {
	harness.Start()
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)

	ctx, cancel := context.WithCancel(context.Background())
	finished := make(chan struct{})
	go mirror(ctx, finished)

	sig := <-signals
	log.Printf("stopping on %v", sig)
	cancel()
	<-finished
}
