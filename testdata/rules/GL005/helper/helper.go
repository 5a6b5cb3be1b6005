// Package helper sends.
package helper

// Give sends.
func Give(out chan<- int) { out <- 1 }
