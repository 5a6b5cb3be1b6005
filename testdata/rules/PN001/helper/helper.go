// Package helper has a mailbox.
package helper

// Box holds values until they are taken.
type Box struct{ values chan int }

// NewBox has room for some values.
func NewBox() *Box { return &Box{values: make(chan int, 4)} }

// Put adds a value.
func (b *Box) Put(v int) { b.values <- v }

// Close says that there are no more.
func (b *Box) Close() { close(b.values) }

// Finish closes a channel of somebody else.
func Finish(ch chan int) { close(ch) }
