package gl012

import (
	"time"

	"example.com/rules/gl012/lib"
)

type stopper interface{ Stop() }

// FN_Interface has its ticker stopped through an interface.
func FN_Interface(do func()) stopper {
	ticker := time.NewTicker(time.Second)
	go func() {
		for range ticker.C {
			do()
		}
	}()
	return ticker
}

func BadFieldOfOtherPackage(clock *lib.Clock, do func()) (stop func()) {
	go func() {
		for range clock.Ticker.C { // want GL012 "waits for the next tick for ever"
			do()
		}
	}()
	return func() { clock.Ticker.Stop() }
}
