// Package lib hides panics.
package lib

// Quiet runs f and hides its panic.
func BadQuiet(f func()) {
	defer func() {
		recover() // want PN010 "tells nobody"
	}()
	f()
}
