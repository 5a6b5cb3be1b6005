// Package helper computes.
package helper

// Answer sends a value when it is there.
func Answer(out chan<- int, v int) { out <- v }

// Start does that in a goroutine of its own.
func Start(v int) <-chan int {
	out := make(chan int)
	go Answer(out, v)
	return out
}

// StartWithRoom needs nobody who takes the value.
func StartWithRoom(v int) <-chan int {
	out := make(chan int, 1)
	go Answer(out, v)
	return out
}
