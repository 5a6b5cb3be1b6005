// Package sub waits for signals on behalf of others.
package sub

import (
	"os"
	"os/signal"
)

// Config says where signals go.
type Config struct{ Signals chan os.Signal }

// Backlog is how many signals wait.
const Backlog = 0

// Watch sends signals to a channel of its caller.
func Watch(signals chan<- os.Signal) { signal.Notify(signals, os.Interrupt) }

// Unbuffered makes a channel that has no buffer.
func Unbuffered() chan os.Signal { return make(chan os.Signal) }
