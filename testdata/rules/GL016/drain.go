// Package gl016 drains timers.
package gl016

import "time"

func BadTakenBySelect(events chan int, flush func()) {
	timer := time.NewTimer(time.Second)
	for {
		select {
		case <-timer.C:
			flush()
		case <-events:
		}
		if !timer.Stop() {
			<-timer.C // want GL016 "taken already"
		}
		timer.Reset(time.Second)
	}
}

type batch struct {
	timer *time.Timer
	items chan int
	wait  time.Duration
}

func (b *batch) BadField(flush func()) {
	for {
		select {
		case item := <-b.items:
			println(item)
		case <-b.timer.C:
			flush()
			if !b.timer.Stop() {
				<-b.timer.C // want GL016 "taken already"
			}
			b.timer.Reset(b.wait)
		}
	}
}

func (b *batch) restart() {
	if !b.timer.Stop() {
		<-b.timer.C // want GL016 "taken already"
	}
	b.timer.Reset(b.wait)
}

func (b *batch) BadHelper(flush func()) {
	for {
		select {
		case <-b.items:
		case <-b.timer.C:
			flush()
			b.restart()
		}
	}
}

func stop(timer *time.Timer) {
	if !timer.Stop() {
		<-timer.C // want GL016 "taken already"
	}
}

func BadParameter(done chan struct{}) bool {
	timer := time.NewTimer(time.Minute)
	defer stop(timer)
	select {
	case <-done:
		return true
	case <-timer.C:
		return false
	}
}

func BadDeferred(done chan struct{}) bool {
	timer := time.NewTimer(time.Minute)
	defer func() {
		if !timer.Stop() {
			<-timer.C // want GL016 "taken already"
		}
	}()
	select {
	case <-done:
		return true
	case <-timer.C:
		return false
	}
}

func BadStoppedBefore(timer *time.Timer, wait time.Duration) {
	timer.Stop()
	if !timer.Stop() {
		<-timer.C // want GL016 "stopped before"
	}
	timer.Reset(wait)
}

func BadInverted(timer *time.Timer) {
	if timer.Stop() {
		<-timer.C // want GL016 "just stopped"
	}
}

func BadNobodyLooks(timer *time.Timer, wait time.Duration) {
	timer.Stop()
	<-timer.C // want GL016 "had not fired"
	timer.Reset(wait)
}

func BadAfterFunc(do func()) {
	timer := time.AfterFunc(time.Second, do)
	if !timer.Stop() {
		<-timer.C // want GL016 "has no channel"
	}
}

func BadReceived(timer *time.Timer, do func()) {
	<-timer.C
	do()
	if !timer.Stop() {
		<-timer.C // want GL016 "taken already"
	}
}

func OkDrain(events chan int) {
	timer := time.NewTimer(time.Second)
	for range events {
		if !timer.Stop() {
			<-timer.C
		}
		timer.Reset(time.Second)
	}
}

func OkDefault(events chan int, flush func()) {
	timer := time.NewTimer(time.Second)
	for {
		select {
		case <-timer.C:
			flush()
		case <-events:
		}
		if !timer.Stop() {
			select {
			case <-timer.C:
			default:
			}
		}
		timer.Reset(time.Second)
	}
}

func OkOtherCase(events chan int, flush func()) {
	timer := time.NewTimer(time.Second)
	for {
		select {
		case <-timer.C:
			flush()
		case <-events:
			if !timer.Stop() {
				<-timer.C
			}
		}
		timer.Reset(time.Second)
	}
}

func OkFlag(events chan int, flush func()) {
	timer := time.NewTimer(time.Second)
	for {
		fired := false
		select {
		case <-timer.C:
			fired = true
			flush()
		case <-events:
		}
		if !fired && !timer.Stop() {
			<-timer.C
		}
		timer.Reset(time.Second)
	}
}

func OkStartsStopped() *time.Timer {
	timer := time.NewTimer(time.Hour)
	if !timer.Stop() {
		<-timer.C
	}
	return timer
}

func OkReset(timer *time.Timer, do func()) {
	for {
		<-timer.C
		do()
		timer.Reset(time.Second)
		if !timer.Stop() {
			<-timer.C
		}
		timer.Reset(time.Minute)
	}
}

func (b *batch) OkNewTimer(flush func()) {
	for {
		b.timer = time.NewTimer(b.wait)
		select {
		case <-b.items:
			if !b.timer.Stop() {
				<-b.timer.C
			}
		case <-b.timer.C:
			flush()
		}
	}
}

func OkWaits(timer *time.Timer, wait time.Duration) {
	timer.Reset(wait)
	<-timer.C
}

// FN_OtherGoroutine has its value taken elsewhere.
func FN_OtherGoroutine(timer *time.Timer, do func()) {
	go func() {
		<-timer.C
		do()
	}()
	if !timer.Stop() {
		<-timer.C
	}
}
