// Package lib works until it is told to stop, or does not.
package lib

import "context"

// Deaf does not look at its context.
func Deaf(ctx context.Context, in <-chan int) {
	for {
		<-in
	}
}

// Hears ends with its context.
func Hears(ctx context.Context, in <-chan int) {
	for {
		select {
		case <-in:
		case <-ctx.Done():
			return
		}
	}
}
