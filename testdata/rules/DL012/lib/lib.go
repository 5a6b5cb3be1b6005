// Package lib has a queue for all.
package lib

// Jobs has no room.
var Jobs = make(chan string)
