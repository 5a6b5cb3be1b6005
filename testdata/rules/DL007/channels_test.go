// Package dl007 has what DL007 finds (self-deadlock-on-channel), and what it does not.
package dl007

import "testing"

func TestBadTooMuch(t *testing.T) {
	ch := make(chan int, 2)
	for i := 0; i < 3; i++ {
		ch <- i // want DL007 "waits for itself"
	}
}

func TestBadUnbuffered(t *testing.T) {
	ch := make(chan int)
	ch <- 1 // want DL007 "waits for itself"
	<-ch
}

func TestOkRoom(t *testing.T) {
	ch := make(chan int, 3)
	for i := 0; i < 3; i++ {
		ch <- i
	}
}

func TestOkOther(t *testing.T) {
	ch := make(chan int)
	go func() { ch <- 1 }()
	<-ch
}
