// Package gl012 has tickers that go on, and some that stop.
package gl012

import (
	"os"
	"time"
)

func BadStopElsewhere(do func()) (stop func()) {
	ticker := time.NewTicker(time.Second)
	go func() {
		for range ticker.C { // want GL012 "waits for the next tick for ever"
			do()
		}
	}()
	return func() { ticker.Stop() }
}

type poller struct {
	ticker *time.Ticker
	quit   chan struct{}
}

func (p *poller) Start(do func()) {
	p.ticker = time.NewTicker(time.Second)
	go func() {
		for {
			<-p.ticker.C // want GL012 "waits for the next tick for ever"
			do()
		}
	}()
}

func (p *poller) BadStop() { p.ticker.Stop() }

func (p *poller) BadMethod() { go p.BadLoop() }

func (p *poller) BadLoop() {
	for now := range p.ticker.C { // want GL012 "waits for the next tick for ever"
		println(now.String())
	}
}

func BadNeverStopped(n int) {
	ticker := time.NewTicker(time.Second) // want GL012 "this ticker is not stopped on every path"
	for i := 0; i < n; i++ {
		<-ticker.C
	}
}

func BadOnePath(n int) bool {
	ticker := time.NewTicker(time.Second) // want GL012 "this ticker is not stopped on every path"
	for i := 0; i < n; i++ {
		<-ticker.C
		if i == 3 {
			return false
		}
	}
	ticker.Stop()
	return true
}

func BadTick() time.Time {
	return <-time.Tick(time.Second) // want GL012 "can never be stopped"
}

func BadGeneric[T any](values []T, use func(T)) {
	ticker := time.NewTicker(time.Second) // want GL012 "this ticker is not stopped on every path"
	for _, value := range values {
		<-ticker.C
		use(value)
	}
}

func OkDefer(n int) {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for i := 0; i < n; i++ {
		<-ticker.C
	}
}

func OkQuit(quit chan struct{}, do func()) {
	ticker := time.NewTicker(time.Second)
	go func() {
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				do()
			case <-quit:
				return
			}
		}
	}()
}

func OkForLife(do func()) {
	ticker := time.NewTicker(time.Second)
	go func() {
		for range ticker.C {
			do()
		}
	}()
}

func OkEndlessTick(do func()) {
	for range time.Tick(time.Second) {
		do()
	}
}

func OkReturned() *time.Ticker {
	return time.NewTicker(time.Second)
}

func OkStored(p *poller) {
	p.ticker = time.NewTicker(time.Second)
}

func OkCondition(do func() bool) (stop func()) {
	ticker := time.NewTicker(time.Second)
	go func() {
		for range ticker.C {
			if !do() {
				return
			}
		}
	}()
	return ticker.Stop
}

func OkHandedOn(use func(*time.Ticker)) {
	ticker := time.NewTicker(time.Second)
	use(ticker)
}

func OkEndlessRange(gone func() bool) {
	for range time.NewTicker(time.Second).C {
		if gone() {
			os.Exit(1)
		}
	}
}
