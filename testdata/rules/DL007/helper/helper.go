// Package helper has a box.
package helper

// Box has room for one value.
type Box struct{ values chan int }

// NewBox is empty.
func NewBox() *Box { return &Box{values: make(chan int, 1)} }

// Put waits until there is room.
func (b *Box) Put(n int) { b.values <- n }

// Take waits until there is a value.
func (b *Box) Take() int { return <-b.values }
