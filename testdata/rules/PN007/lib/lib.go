// Package lib recovers.
package lib

// Guard is to be deferred.
func Guard() {
	_ = recover()
}
