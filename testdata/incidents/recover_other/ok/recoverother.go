// Package recoverother has a recover that is meant for another goroutine, as it should be.
package recoverother

import "log"

func Safe(f func()) {
	defer func() {
		if r := recover(); r != nil {
			log.Print(r)
		}
	}()
	done := make(chan bool)
	go func() {
		defer close(done)
		defer func() {
			if r := recover(); r != nil {
				log.Print(r)
			}
		}()
		f()
		panic("bad")
	}()
	<-done
}
