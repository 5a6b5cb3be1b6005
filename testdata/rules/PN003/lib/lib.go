// Package lib has channels.
package lib

// Never is not made.
var Never chan int

// Nothing returns no channel.
func Nothing() chan int { return nil }

// Made returns a channel.
func Made() chan int { return make(chan int) }
