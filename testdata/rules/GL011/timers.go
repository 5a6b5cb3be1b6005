// Package gl011 starts timers in loops.
package gl011

import (
	"context"
	"errors"
	"time"
)

func BadSelect(messages chan string, handle func(string)) {
	for {
		select {
		case message := <-messages:
			handle(message)
		case <-time.After(time.Minute): // want GL011 "leaves the last one running"
			return
		}
	}
}

type consumer struct {
	events  chan int
	timeout time.Duration
	done    chan struct{}
}

func (c *consumer) BadMethod() error {
	for event := range c.events {
		select {
		case c.events <- event + 1:
		case <-c.done:
			return nil
		case <-time.After(c.timeout): // want GL011 "each round of the loop"
			return errors.New("timeout")
		}
	}
	return nil
}

func BadClosure(ctx context.Context, jobs chan func()) {
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case job := <-jobs:
				job()
			// Nothing to do.
			case <-time.After(5 * time.Second): // want GL011 "each round of the loop"
				println("idle")
			}
		}
	}()
}

func BadVariable(messages chan string) {
	for {
		timeout := time.After(30 * time.Second) // want GL011 "each round of the loop"
		select {
		case <-messages:
		case <-timeout:
			return
		}
	}
}

func BadNewTimer(messages chan string) {
	for {
		timer := time.NewTimer(time.Minute) // want GL011 "each round of the loop"
		select {
		case <-messages:
		case <-timer.C:
			return
		}
	}
}

func BadRearmed(messages chan string) {
	deadline := time.After(time.Minute)
	for {
		select {
		case <-messages:
			deadline = time.After(time.Minute) // want GL011 "each round of the loop"
		case <-deadline:
			return
		}
	}
}

func next(messages chan string) (string, bool) {
	select {
	case message := <-messages:
		return message, true
	case <-time.After(time.Minute): // want GL011 "each round of the loop"
		return "", false
	}
}

func BadHelper(messages chan string, handle func(string)) {
	for {
		message, ok := next(messages)
		if !ok {
			return
		}
		handle(message)
	}
}

func BadGeneric[T any](in chan T, out chan<- T) {
	for value := range in {
		select {
		case out <- value:
		case <-time.After(time.Second): // want GL011 "each round of the loop"
		}
	}
}

func BadDefault(messages chan string, work func()) {
	for {
		select {
		case <-messages:
		case <-time.After(time.Second): // want GL011 "each round of the loop"
			return
		default: // nothing yet
			work()
		}
	}
}

func OkStopped(messages chan string) {
	for {
		timer := time.NewTimer(time.Minute)
		select {
		case <-messages:
			timer.Stop()
		case <-timer.C:
			return
		}
	}
}

func OkAlwaysFires(do func()) {
	for {
		<-time.After(time.Second)
		do()
	}
}

func OkPoll(ctx context.Context, do func()) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Second):
			do()
		}
	}
}

func OkOneTimer(messages chan string) {
	timeout := time.After(time.Minute)
	for {
		select {
		case <-messages:
		case <-timeout:
			return
		}
	}
}

func OkReset(messages chan string) {
	timer := time.NewTimer(time.Minute)
	defer timer.Stop()
	for {
		select {
		case <-messages:
			if !timer.Stop() {
				<-timer.C
			}
			timer.Reset(time.Minute)
		case <-timer.C:
			return
		}
	}
}

func OkFew(messages chan string) {
	for i := 0; i < 3; i++ {
		select {
		case <-messages:
		case <-time.After(time.Second):
		}
	}
}

func OkShort(messages chan string) {
	for {
		select {
		case <-messages:
		case <-time.After(time.Millisecond):
		}
	}
}

func OkOnce(messages chan string) bool {
	select {
	case <-messages:
		return true
	case <-time.After(time.Minute):
		return false
	}
}

func OkHandedOn(messages chan string, keep func(*time.Timer)) {
	for range messages {
		timer := time.NewTimer(time.Minute)
		keep(timer)
	}
}

// FN_Interface is called in a loop through an interface.
type waiter interface {
	FN_Wait(messages chan string) bool
}

type oneMinute struct{}

func (oneMinute) FN_Wait(messages chan string) bool {
	select {
	case <-messages:
		return true
	case <-time.After(time.Minute):
		return false
	}
}

func loop(w waiter, messages chan string) {
	for w.FN_Wait(messages) {
	}
}
