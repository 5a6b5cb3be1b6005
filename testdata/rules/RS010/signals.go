// Package rs010 waits for signals.
package rs010

import (
	"os"
	"os/signal"
	"syscall"

	"example.com/rules/rs010/sub"
)

func BadVariable() {
	signals := make(chan os.Signal)
	signal.Notify(signals, os.Interrupt) // want RS010 "a signal that comes while nobody receives"
	<-signals
}

func BadZero() {
	signals := make(chan os.Signal, 0)
	defer signal.Stop(signals)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM) // want RS010 "a signal that comes while nobody receives"
	<-signals
}

type daemon struct{ signals chan os.Signal }

func newDaemon() *daemon { return &daemon{signals: make(chan os.Signal)} }

func (d *daemon) BadField() {
	signal.Notify(d.signals, os.Interrupt) // want RS010 "a signal that comes while nobody receives"
	<-d.signals
}

func BadParameter() {
	signals := make(chan os.Signal)
	register(signals)
	<-signals
}

func register(signals chan<- os.Signal) {
	signal.Notify(signals, os.Interrupt) // want RS010 "a signal that comes while nobody receives"
}

func BadClosure() func() os.Signal {
	signals := make(chan os.Signal)
	func() {
		signal.Notify(signals, os.Interrupt) // want RS010 "a signal that comes while nobody receives"
	}()
	return func() os.Signal { return <-signals }
}

func BadResult() {
	signals := queue()
	signal.Notify(signals, os.Interrupt) // want RS010 "a signal that comes while nobody receives"
	<-signals
}

func queue() chan os.Signal { return make(chan os.Signal) }

func BadFieldOfOtherPackage() {
	config := sub.Config{Signals: make(chan os.Signal)}
	signal.Notify(config.Signals, os.Interrupt) // want RS010 "a signal that comes while nobody receives"
	<-config.Signals
}

func BadNamedCapacity() {
	signals := make(chan os.Signal, sub.Backlog)
	signal.Notify(signals, os.Interrupt) // want RS010 "a signal that comes while nobody receives"
	<-signals
}

func BadGeneric() { <-notified(make(chan os.Signal)) }

func notified[C chan os.Signal](signals C) C {
	signal.Notify(signals, os.Interrupt) // want RS010 "a signal that comes while nobody receives"
	return signals
}

type watcher interface{ watch(signals chan os.Signal) }

type plain struct{}

func (plain) watch(signals chan os.Signal) { signal.Notify(signals, os.Interrupt) }

// FN_Interface gives the channel to a method of an interface, whose implementation is not looked up.
func FN_Interface(w watcher) {
	signals := make(chan os.Signal)
	w.watch(signals)
	<-signals
}

// FN_OtherPackage gives the channel to a function of another package.
func FN_OtherPackage() {
	signals := make(chan os.Signal)
	sub.Watch(signals)
	<-signals
}

// FN_MadeElsewhere gets the channel from another package.
func FN_MadeElsewhere() {
	signals := sub.Unbuffered()
	signal.Notify(signals, os.Interrupt)
	<-signals
}

// FN_OneOfTwo has a channel without a buffer in one case only.
func FN_OneOfTwo(backlog bool) {
	signals := make(chan os.Signal)
	if backlog {
		signals = make(chan os.Signal, 4)
	}
	signal.Notify(signals, os.Interrupt)
	<-signals
}

func OkBuffered() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt)
	<-signals
}

func OkCapacity(n int) {
	signals := make(chan os.Signal, n)
	signal.Notify(signals, os.Interrupt)
	<-signals
}

type buffered struct{ signals chan os.Signal }

func newBuffered() *buffered { return &buffered{signals: make(chan os.Signal, 2)} }

func (b *buffered) OkField() {
	signal.Notify(b.signals, os.Interrupt)
	<-b.signals
}

func OkUnknown(signals chan os.Signal) { signal.Notify(signals, os.Interrupt) }

func OkOtherPackage(config sub.Config, w watcher) {
	signals := make(chan os.Signal, 1)
	sub.Watch(signals)
	w.watch(signals)
	<-signals
}

func OkClosure() func() os.Signal {
	signals := make(chan os.Signal, 1)
	func() { signal.Notify(signals, os.Interrupt) }()
	return func() os.Signal { return <-signals }
}

func OkGeneric() { <-kept(make(chan os.Signal, 1)) }

func kept[C chan os.Signal](signals C) C {
	signal.Notify(signals, os.Interrupt)
	return signals
}

func OkStopOnly() {
	signals := make(chan os.Signal)
	signal.Stop(signals)
}
