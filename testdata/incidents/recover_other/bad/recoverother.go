// Package recoverother has a recover that is meant for another goroutine.
//
// want PN007
package recoverother

import "log"

func Safe(f func()) {
	defer func() {
		if r := recover(); r != nil {
			log.Print(r)
		}
	}()
	done := make(chan bool)
	go func() { defer close(done); f(); panic("bad") }()
	<-done
}
